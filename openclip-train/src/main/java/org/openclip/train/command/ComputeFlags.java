package org.openclip.train.command;

import java.util.Optional;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Option;

/** The flags of what computes the steps of {@code openclip train}, and how exactly. */
final class ComputeFlags {
  @Option(names = "--backend", paramLabel = "NAME", description = "What computes. Default: tf.")
  private String backend = "tf";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cuda (a GPU where there is one), cuda:N, or cpu. Default: cuda.")
  private String device = "cuda";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of a step on the CPU. Default: the physical cores.")
  private int threads;

  @Option(
      names = "--accum-freq",
      paramLabel = "N",
      description = "Batches that one step takes together, as one large batch. Default: 1.")
  int accumulate = 1;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description = "fp32, or amp_bf16: bfloat16 where it is safe. Default: amp_bf16.")
  String precision = "amp_bf16";

  /** Opens the backend. */
  Backend open(PluginRegistry plugins, Together together) {
    return plugins
        .named(BackendProvider.class, backend)
        .open(
            new BackendOptions(together.device(device()), precision(), threads, together.world()));
  }

  /** Checks that the backend trains, before other processes wait for this one. */
  void checkTrains(PluginRegistry plugins) {
    if (!plugins.named(BackendProvider.class, backend).trains()) {
      throw new UsageException(
          "--backend " + backend + " does not train; --backend tf does, in each process");
    }
  }

  /** Lets a model run in the same way. */
  ModelBuilder apply(ModelBuilder builder) {
    return builder.backend(backend).device(device()).precision(precision()).threads(threads);
  }

  /** Returns the device; as in the reference, {@code cuda} does without a GPU, too. */
  Device device() {
    return device.equals("cuda") ? Device.AUTO : Device.parse(device);
  }

  private Precision precision() {
    return switch (precision) {
      case "fp32" -> Precision.FLOAT32;
      case "amp", "amp_bf16", "amp_bfloat16" -> Precision.BFLOAT16;
      case "fp16", "bf16", "pure_fp16", "pure_bf16" ->
          throw new UsageException(
              "--precision "
                  + precision
                  + " keeps the parameters themselves in 16 bits; here they have 32, so take"
                  + " amp_bf16, which computes in bfloat16");
      default ->
          throw new UsageException("--precision '" + precision + "' is not one of fp32, amp_bf16");
    };
  }

  /** Returns what is to be said about the precision; nothing when it is what it is called. */
  Optional<String> note() {
    return precision.equals("amp")
        ? Optional.of("--precision amp: computing in bfloat16, which needs no scaling of the loss")
        : Optional.empty();
  }
}
