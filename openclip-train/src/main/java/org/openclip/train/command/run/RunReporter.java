package org.openclip.train.command.run;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.training.StepReport;
import org.openclip.train.evaluation.PairEvaluation;
import org.openclip.train.run.Progress;
import org.openclip.train.run.RunFolder;
import org.openclip.train.run.TensorBoardFile;
import org.openclip.train.run.TrainingLoop;

/** Reports the progress of a training on the terminal, in the log and for TensorBoard. */
public final class RunReporter implements TrainingLoop.Listener, AutoCloseable {
  private static final String WIPE = "\r\u001b[K";

  /** What is done at the end of an epoch. */
  public interface EpochEnd {
    /** Saves and evaluates; {@code progress} points at the next epoch. */
    void at(Progress progress);
  }

  private final Environment environment;
  private final RunFolder folder;
  private final @Nullable TensorBoardFile board;
  private final Cadence cadence;
  private final long steps;
  private final LossAverage average;
  private final long begun = System.nanoTime();
  private long first = -1;
  private double data;
  private double time;
  private long counted;
  private boolean told;
  private EpochEnd end = progress -> {};

  /**
   * How often something is told.
   *
   * @param log steps between two lines
   * @param board steps between two entries for TensorBoard
   * @param averaged over how many samples the average of losses reaches; 0 for none
   */
  record Cadence(int log, int board, long averaged) {}

  RunReporter(
      Environment environment, RunFolder folder, boolean tensorBoard, Cadence cadence, long steps) {
    this.environment = environment;
    this.folder = folder;
    this.board = tensorBoard ? TensorBoardFile.create(folder.tensorBoard()) : null;
    this.cadence = cadence;
    this.average = new LossAverage(cadence.averaged());
    this.steps = steps;
  }

  /** Sets what is done at the end of every epoch. */
  public void atEpochs(EpochEnd action) {
    end = action;
  }

  /** Writes a line to the log and the screen. */
  @Override
  public void say(String line) {
    beside(() -> folder.log(line));
    show(line);
  }

  /** Writes to a file that a training can do without; the first time that this fails is said. */
  private void beside(Runnable write) {
    try {
      write.run();
    } catch (OpenClipException e) {
      if (!told) {
        told = true;
        show(e.getMessage() + "; the training continues without this output");
      }
    }
  }

  private void show(String line) {
    environment.err().println((environment.terminal() ? WIPE : "") + line);
    environment.err().flush();
  }

  @Override
  public void step(
      Progress progress,
      long samples,
      StepReport report,
      double rate,
      double dataSeconds,
      double stepSeconds) {
    if (first < 0) {
      first = progress.step() - 1;
    }
    data += dataSeconds;
    time += stepSeconds;
    counted += samples;
    average.add(report.loss(), samples);
    double speed = samples / Math.max(stepSeconds, 1e-9);
    boolean last = progress.step() == steps;
    if (last || progress.step() % Math.max(1, cadence.board()) == 0) {
      toBoard(progress, report, rate, speed);
    }
    String line =
        String.format(
            Locale.ROOT,
            "epoch %d step %d/%d  %s  lr %.3g  %.1f samples/s  data %.0f%%  left %s",
            progress.epoch(),
            progress.step(),
            steps,
            losses(report),
            rate,
            counted / Math.max(time, 1e-9),
            100 * data / Math.max(time, 1e-9),
            left(progress));
    if (last || progress.step() % Math.max(1, cadence.log()) == 0) {
      say(line);
      data = 0;
      time = 0;
      counted = 0;
    } else if (environment.terminal()) {
      environment.err().print(WIPE + line);
      environment.err().flush();
    }
  }

  private String losses(StepReport report) {
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "loss %.4f", report.loss()));
    if (average.known()) {
      text.append(String.format(Locale.ROOT, " (%.4f)", average.value()));
    }
    report.scalars().entrySet().stream()
        .filter(e -> e.getKey().endsWith("_loss") || e.getKey().equals("accuracy"))
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            e -> text.append(String.format(Locale.ROOT, "  %s %.4f", e.getKey(), e.getValue())));
    Double scale = report.scalars().get(LossProvider.LOGIT_SCALE);
    if (scale != null) {
      text.append(String.format(Locale.ROOT, "  logit_scale %.3f", scale));
    }
    return text.toString();
  }

  private String left(Progress progress) {
    double each = (System.nanoTime() - begun) / 1e9 / Math.max(1, progress.step() - first);
    long seconds = Math.round(each * Math.max(0, steps - progress.step()));
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private void toBoard(Progress progress, StepReport report, double rate, double speed) {
    if (board == null) {
      return;
    }
    Map<String, Double> scalars = new LinkedHashMap<>();
    report.scalars().forEach((name, value) -> scalars.put("train/" + name, value));
    scalars.put("train/lr", rate);
    scalars.put("train/samples_per_second", speed);
    if (Double.isFinite(report.gradientNorm())) {
      scalars.put("train/grad_norm", report.gradientNorm());
    }
    beside(() -> board.add(progress.step(), scalars));
  }

  /**
   * Adds the numbers of an evaluation to TensorBoard and {@code results.jsonl}.
   *
   * @param epoch how many epochs the model was trained for
   */
  public void results(int epoch, Map<String, Double> metrics) {
    Map<String, Object> all = new LinkedHashMap<>();
    Map<String, Double> tagged = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder("epoch " + epoch);
    metrics.forEach(
        (name, value) -> {
          boolean whole = name.equals(PairEvaluation.SAMPLES);
          all.put(name, whole ? (Object) value.longValue() : value);
          tagged.put("val/" + name, value);
          text.append(String.format(Locale.ROOT, "  %s %s", name, shown(value, whole)));
        });
    all.put("epoch", epoch);
    beside(() -> folder.results(all));
    if (board != null) {
      beside(() -> board.add(epoch, tagged));
    }
    say(text.toString());
  }

  private static String shown(double value, boolean whole) {
    return whole ? Long.toString((long) value) : String.format(Locale.ROOT, "%.4f", value);
  }

  @Override
  public void epoch(Progress progress) {
    end.at(progress);
  }

  @Override
  public void close() {
    if (board != null) {
      beside(board::close);
    }
  }
}
