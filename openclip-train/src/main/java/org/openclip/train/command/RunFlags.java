package org.openclip.train.command;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Precision;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.RunFolder;
import picocli.CommandLine.Option;

/** The flags of a run: how long, where its logs lie, and where it goes on. */
final class RunFlags {
  @Option(
      names = "--logs",
      paramLabel = "FOLDER",
      description = "Where runs are kept. Default: ./logs/.")
  private Path logs = Path.of("logs");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The run's folder in it. Default: time, model and settings.")
  private @Nullable String name;

  @Option(
      names = "--resume",
      paramLabel = "CHECKPOINT",
      description = "A checkpoint's folder, or latest: the run's last one.")
  private @Nullable String resume;

  @Option(
      names = "--resume-changed",
      description = "Goes on although flags differ from those of the checkpoint.")
  boolean resumeChanged;

  @Option(names = "--epochs", paramLabel = "N", description = "Epochs in all. Default: 32.")
  int epochs = 32;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Samples of a batch. Default: 64.")
  int batchSize = 64;

  @Option(
      names = "--accum-freq",
      paramLabel = "N",
      description = "Batches that one step takes together, as one large batch. Default: 1.")
  int accumulate = 1;

  @Option(
      names = {"--workers", "-j"},
      paramLabel = "N",
      description = "Threads that prepare samples. Default: 4.")
  int workers = 4;

  @Option(names = "--seed", paramLabel = "N", description = "Of everything random. Default: 0.")
  long seed;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description = "fp32, or amp_bf16: bfloat16 where it is safe. Default: amp_bf16.")
  private String precision = "amp_bf16";

  @Option(
      names = "--save-frequency",
      paramLabel = "N",
      description = "Saves every so many epochs. Default: 1.")
  int saveFrequency = 1;

  @Option(names = "--save-most-recent", description = "Also saves every epoch as epoch_latest.")
  boolean saveMostRecent;

  @Option(
      names = "--delete-previous-checkpoint",
      description = "Removes the checkpoint before when one is saved.")
  boolean deletePrevious;

  @Option(
      names = "--log-every-n-steps",
      paramLabel = "N",
      description = "Steps between two lines of the log. Default: 100.")
  int logEvery = 100;

  @Option(
      names = "--report-to",
      paramLabel = "WHERE",
      description = "tensorboard, or nothing. Default: nothing.")
  private String reportTo = "";

  boolean tensorBoard() {
    return switch (reportTo) {
      case "tensorboard", "all" -> true;
      case "" -> false;
      default ->
          throw new UsageException(
              "--report-to '" + reportTo + "' is not known; there is tensorboard");
    };
  }

  Precision precision() {
    return switch (precision) {
      case "fp32" -> Precision.FLOAT32;
      case "amp_bf16", "amp_bfloat16" -> Precision.BFLOAT16;
      default ->
          throw new UsageException("--precision '" + precision + "' is not one of fp32, amp_bf16");
    };
  }

  /** Returns the run's folder; a new run must not have one yet. */
  RunFolder folder(String model) {
    String time =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyy_MM_dd-HH_mm_ss"));
    String chosen =
        name != null
            ? name
            : "%s-model_%s-b_%d-j_%d-p_%s"
                .formatted(time, model.replace('/', '-'), batchSize, workers, precision)
                .toLowerCase(Locale.ROOT);
    Path path = logs.resolve(chosen);
    if (resume == null && RunFolder.used(path)) {
      throw new UsageException(
          path + " holds a run already; choose another --name, or go on with --resume latest");
    }
    return RunFolder.create(path);
  }

  /** Returns where the run goes on; null when it begins. */
  @Nullable Checkpoint resumed(RunFolder folder) {
    if (resume == null) {
      return null;
    }
    if (!resume.equals("latest")) {
      return Checkpoint.read(Path.of(resume));
    }
    return folder.latest().map(Checkpoint::read).orElse(null);
  }
}
