package org.openclip.train.command.distributed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.io.AtomicFile;
import org.openclip.train.command.flag.Bounds;
import org.openclip.train.scaling.RingEstimate;
import org.openclip.train.scaling.ScalingPlot;
import org.openclip.train.scaling.ScalingRun;
import org.openclip.train.scaling.StepCost;
import picocli.CommandLine.Option;

/** The flags that measure and estimate the cost of distributed training. */
public final class ScalingFlags {
  private static final int WARM = 3;
  private static final int MOST = 64;

  @Option(
      names = "--measure",
      split = ",",
      paramLabel = "N",
      description = {
        "Measures training steps of N processes, with and without communication, for each given"
            + " number. Writes no checkpoints."
      })
  private List<Integer> sizes = List.of();

  @Option(
      names = "--measured-steps",
      paramLabel = "N",
      description = "The number of measured steps, after three warm-up steps. Default: 10.")
  private int steps = 10;

  @Option(
      names = "--estimate",
      description = "Prints the estimated cost of steps on 8 to 1,024 GPUs, without measurement.")
  private boolean estimate;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Draws the measurements and estimates as SVG.")
  private @Nullable Path plot;

  public boolean measures() {
    return !sizes.isEmpty();
  }

  /**
   * Checks the numbers.
   *
   * @param more whether flags of another kind of start are given
   */
  public void check(boolean more) {
    if (more) {
      throw new UsageException(
          "--measure sets the number of processes on this machine; leave out --nproc, --nnodes and"
              + " --max-restarts");
    }
    for (int size : sizes) {
      if (size < 1 || size > MOST) {
        throw new UsageException(
            String.format(Locale.ROOT, "--measure %d must be from 1 to %d", size, MOST));
      }
    }
    Bounds.atLeast(1, "--measured-steps", steps);
  }

  /** Prints estimates if they are asked for. */
  public boolean estimates(Environment environment) {
    if (estimate) {
      environment.out().print(RingEstimate.table(RingEstimate.documented()));
      environment.out().flush();
      if (!measures()) {
        draw(List.of());
      }
    }
    return estimate && !measures();
  }

  /**
   * Measures and prints.
   *
   * @param command the command line of a process
   * @param environments the variables of processes that train together, for their number
   */
  public void measure(
      List<String> command,
      IntFunction<Map<Integer, Map<String, String>>> environments,
      Environment environment) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of("--logs", "none", "--epochs", "1000000", "--log-every-n-steps", "1"));
    ScalingRun run = new ScalingRun(all, WARM, steps);
    List<StepCost> costs = new ArrayList<>();
    for (int size : sizes) {
      environment.err().println("measuring " + size + (size == 1 ? " process" : " processes"));
      environment.err().flush();
      costs.add(run.measure(size, environments));
    }
    environment.out().print(StepCost.table(costs));
    environment.out().flush();
    draw(costs);
  }

  private void draw(List<StepCost> costs) {
    Path file = plot;
    if (file == null) {
      return;
    }
    byte[] svg =
        new ScalingPlot(costs, RingEstimate.documented()).svg().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(svg)));
  }
}
