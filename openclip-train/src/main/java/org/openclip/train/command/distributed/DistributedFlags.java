package org.openclip.train.command.distributed;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.DataType;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.io.Variables;
import org.openclip.train.distributed.Placement;
import picocli.CommandLine.Option;

/** The flags of distributed training, with the reference's names and meanings. */
public final class DistributedFlags {
  @Option(
      names = "--dist-url",
      paramLabel = "URL",
      description = "tcp://HOST:PORT of rank 0, or env:// for MASTER_ADDR and MASTER_PORT.")
  private @Nullable String url;

  @Option(
      names = "--dist-timeout",
      paramLabel = "SECONDS",
      description = "How long processes wait for each other, in seconds. Default: 600.")
  private int timeout = 600;

  @Option(
      names = "--local-loss",
      description = "Each process compares only its own features with those of all processes.")
  boolean localLoss;

  @Option(
      names = "--gather-with-grad",
      description = "Sends gradients back to the processes that the features come from.")
  boolean gatherWithGrad;

  @Option(
      names = "--loss-dist-impl",
      paramLabel = "NAME",
      description = "bidir, shift, reduce or gather, for SigLIP's loss. All give the same result.")
  private @Nullable String lossImpl;

  @Option(names = "--use-bn-sync", description = "Synchronises batch norms over all processes.")
  boolean syncNorms;

  @Option(
      names = "--fsdp",
      description = {
        "Each process keeps a part of the optimizer's state, and changes that part of the"
            + " parameters. The numbers are the same."
      })
  public boolean shards;

  @Option(
      names = "--grad-reduce",
      paramLabel = "TYPE",
      description = "The type in which gradients are sent: fp32 or bf16. Default: fp32.")
  private String reduce = "fp32";

  @Option(
      names = "--log-local",
      description = "Also writes a log, out-RANK, in the first process of every other machine.")
  boolean logLocal;

  @Option(
      names = "--no-set-device-rank",
      description = "Every process uses --device as given, instead of the GPU of its local rank.")
  boolean keepDevice;

  /** Returns the place of this process. */
  public Placement placement() {
    try {
      return Placement.of(Variables::get, url);
    } catch (InvalidInputException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Returns how long processes wait for each other. */
  public Duration timeout() {
    if (timeout < 1 || timeout > 1_000_000) {
      throw new UsageException("--dist-timeout must be from 1 to 1000000 seconds");
    }
    return Duration.ofSeconds(timeout);
  }

  /** Checks what is chosen by name, and returns the type in which gradients are sent. */
  public DataType gradients() {
    if (lossImpl != null && !lossImpl.matches("bidir|shift|reduce|gather")) {
      throw new UsageException(
          "--loss-dist-impl '" + lossImpl + "' is not one of bidir, shift, reduce, gather");
    }
    return switch (reduce.toLowerCase(Locale.ROOT)) {
      case "fp32" -> DataType.FLOAT32;
      case "bf16" -> DataType.BFLOAT16;
      default -> throw new UsageException("--grad-reduce '" + reduce + "' is not fp32 or bf16");
    };
  }
}
