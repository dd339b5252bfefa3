package org.openclip.train.command.run;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Processor;
import org.openclip.api.backend.World;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.Bounds;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of the backend, the device, the precision and gradient accumulation. */
public final class ComputeFlags {
  @Option(names = "--backend", paramLabel = "NAME", description = "The backend. Default: tf.")
  private String backend = "tf";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cuda (the CPU if there is no GPU), cuda:N, or cpu. Default: cuda.")
  private String device = "cuda";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "CPU threads of a step. Default: the number of physical cores.")
  private int threads;

  @Option(
      names = "--accum-freq",
      paramLabel = "N",
      description =
          "Gradient accumulation: the number of batches that one step uses as one large batch."
              + " Default: 1.")
  public int accumulate = 1;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "fp32; amp_bf16: mixed precision with bfloat16; amp: amp_bf16 if the device has"
              + " bfloat16 instructions, otherwise fp32. Default: amp_bf16.")
  public String precision = "amp_bf16";

  public @Mixin EightBitFlag eightBits = new EightBitFlag();

  private static final String FASTEST = "amp";

  private final Processor processor;
  private @Nullable Precision chosen;
  private @Nullable String note;

  public ComputeFlags() {
    this(Processor.current());
  }

  /** Creates flags for a processor that may be another one. */
  public ComputeFlags(Processor processor) {
    this.processor = processor;
  }

  /** Checks the numbers. */
  public void check() {
    Bounds.atLeast(1, "--accum-freq", accumulate);
    Bounds.atLeast(0, "--threads", threads);
    eightBits.check();
  }

  /** Opens the backend. */
  public Backend open(PluginRegistry plugins) {
    return open(plugins, device(), World.ALONE);
  }

  /** Opens the backend of a process that trains with others, or alone. */
  public Backend open(PluginRegistry plugins, Together together) {
    return open(plugins, together.device(device()), together.world());
  }

  private Backend open(PluginRegistry plugins, Device where, World world) {
    BackendProvider provider = plugins.named(BackendProvider.class, backend);
    Precision wanted = precision();
    // Whether bfloat16 is emulated is asked of the processor first: a process has one server.
    boolean emulated =
        wanted == Precision.BFLOAT16
            && !processor.multipliesBfloat16()
            && runsOnCpu(provider, where);
    if (precision.equals(FASTEST)) {
      note =
          emulated
              ? "--precision amp: computing in float32, since this processor (%s) has no"
                      .formatted(processor)
                  + " instructions for bfloat16"
              : "--precision amp: computing in bfloat16, which needs no loss scaling";
      if (emulated) {
        wanted = Precision.FLOAT32;
        chosen = wanted;
      }
    } else if (emulated) {
      note =
          "warning: --precision %s on a processor (%s) without instructions for bfloat16, which"
                  .formatted(precision, processor)
              + " are emulated: a step takes about 2.5 times as long as in float32. Use --precision"
              + " fp32, or amp, which chooses";
    }
    return provider.open(new BackendOptions(where, wanted, threads, world));
  }

  private static boolean runsOnCpu(BackendProvider provider, Device where) {
    if (where.kind() == Device.Kind.CPU) {
      return true;
    }
    try (Backend probe = provider.open(new BackendOptions(where, Precision.FLOAT32, 1))) {
      return probe.device().kind() == Device.Kind.CPU;
    }
  }

  /** Checks that the backend trains, before other processes wait for this one. */
  public void checkTrains(PluginRegistry plugins) {
    if (!plugins.named(BackendProvider.class, backend).trains()) {
      throw new UsageException(
          "--backend " + backend + " cannot train; use --backend tf in each process");
    }
  }

  /** Lets a model run in the same way. */
  public ModelBuilder apply(ModelBuilder builder) {
    return builder.backend(backend).device(device()).precision(precision()).threads(threads);
  }

  /** Returns the device; as in the reference, {@code cuda} does without a GPU, too. */
  public Device device() {
    return device.equals("cuda") ? Device.AUTO : Device.parse(device);
  }

  private Precision precision() {
    if (chosen != null) {
      return chosen;
    }
    return switch (precision) {
      case "fp32" -> Precision.FLOAT32;
      case "amp", "amp_bf16", "amp_bfloat16" -> Precision.BFLOAT16;
      case "fp16", "bf16", "pure_fp16", "pure_bf16" ->
          throw new UsageException(
              "--precision "
                  + precision
                  + " stores the parameters in 16 bits, which is not supported; use amp_bf16, which"
                  + " computes in bfloat16 and stores 32 bits");
      default ->
          throw new UsageException(
              "--precision '" + precision + "' is not one of fp32, amp, amp_bf16");
    };
  }

  /**
   * Returns what is to be said about the precision of the backend that was opened; nothing when it
   * is what it is called, and no slower than another.
   */
  public Optional<String> note() {
    return Optional.ofNullable(note);
  }
}
