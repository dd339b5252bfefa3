package org.openclip.train.command.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.command.flag.Bounds;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.data.BatchSchedule;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.RemoteSync;
import org.openclip.train.run.RunFolder;
import org.openclip.train.run.TrainingLoop;
import picocli.CommandLine.Option;

/** The flags of a training run: epochs, logs, checkpoints and resuming. */
public final class RunFlags {
  @Option(
      names = "--logs",
      paramLabel = "FOLDER",
      description = "The folder of all runs; 'none' writes no files. Default: ./logs/.")
  private String logs = "logs";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name of the run and its folder. Default: time, model and settings.")
  private @Nullable String name;

  @Option(
      names = "--resume",
      paramLabel = "CHECKPOINT",
      description =
          "Continues from a checkpoint folder, or from 'latest', the last checkpoint of the run.")
  private @Nullable String resume;

  @Option(
      names = "--remote-sync",
      paramLabel = "FOLDER",
      description = "Copies the run's folder regularly to this location, such as s3://bucket/runs.")
  private @Nullable String remote;

  @Option(
      names = "--remote-sync-frequency",
      paramLabel = "SECONDS",
      description = "Seconds between two copies. Default: 300.")
  private int remoteSeconds = 300;

  @Option(
      names = "--remote-sync-protocol",
      paramLabel = "NAME",
      description = "s3 or fsspec. Ignored: the URL scheme of the location decides.")
  private String remoteProtocol = "s3";

  @Option(
      names = "--resume-changed",
      description = "Resumes even if flags differ from those of the checkpoint.")
  private boolean resumeChanged;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "The total number of epochs. Default: ${DEFAULT-VALUE}.")
  public int epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "The batch size of one process. Default: 64.")
  public int batchSize = 64;

  @Option(
      names = {"--workers", "-j"},
      paramLabel = "N",
      description = "Data loader threads. Default: 4.")
  public int workers = 4;

  @Option(names = "--seed", paramLabel = "N", description = "The random seed. Default: 0.")
  public long seed;

  @Option(
      names = "--grad-checkpointing",
      description = "Gradient checkpointing: recomputes activations to save memory.")
  boolean checkpointing;

  @Option(
      names = "--save-frequency",
      paramLabel = "N",
      description =
          "Saves a checkpoint every N epochs. Default: 1; by default 'finetune' keeps only the"
              + " last one.")
  private @Nullable Integer saveFrequency;

  @Option(names = "--save-most-recent", description = "Also saves every epoch as epoch_latest.")
  boolean saveMostRecent;

  @Option(
      names = "--delete-previous-checkpoint",
      description = "Removes the previous checkpoint when a new one is saved.")
  private boolean deletePrevious;

  @Option(
      names = "--log-every-n-steps",
      paramLabel = "N",
      description = "Steps between two lines of the log. Default: 100.")
  int logEvery = 100;

  @Option(
      names = "--log-metric-every-n-steps",
      paramLabel = "N",
      description = "Steps between two entries for TensorBoard. Default: 10.")
  int boardEvery = 10;

  @Option(
      names = "--train-loss-ema-samples",
      paramLabel = "N",
      description =
          "The window of the mean loss in brackets, in samples; 0 for none. Default: 50000.")
  long averagedSamples = 50_000;

  @Option(
      names = "--report-to",
      paramLabel = "WHERE",
      description = "tensorboard, or nothing. Default: nothing.")
  private String reportTo = "";

  private final boolean lastAlone;

  /** Creates flags with the reference's defaults for training. */
  public RunFlags() {
    this(32, false);
  }

  /**
   * Creates flags with defaults of their own.
   *
   * @param epochs how many
   * @param lastAlone whether a checkpoint goes when the next one is there
   */
  public RunFlags(int epochs, boolean lastAlone) {
    this.epochs = epochs;
    this.lastAlone = lastAlone;
  }

  /** Checks the numbers. */
  public void check() {
    Bounds.atLeast(0, "--epochs", epochs);
    Bounds.atLeast(1, "--batch-size", batchSize);
    Bounds.atLeast(0, "--workers", workers);
    Bounds.atLeast(0, "--save-frequency", saveFrequency);
    Bounds.atLeast(0, "--log-every-n-steps", logEvery);
    Bounds.atLeast(0, "--log-metric-every-n-steps", boardEvery);
    Bounds.atLeast(0, "--train-loss-ema-samples", averagedSamples);
    Bounds.atLeast(1, "--remote-sync-frequency", remoteSeconds);
  }

  /** Returns how many threads prepare samples: one at least, as 0 means in the reference, too. */
  public int threads() {
    return Math.max(1, workers);
  }

  /** Returns how many epochs lie between two checkpoints; 0 for one at the end alone. */
  int saveFrequency() {
    return saveFrequency == null ? 1 : saveFrequency;
  }

  /** Returns whether a checkpoint goes when the next one is there. */
  boolean deletesPrevious() {
    return deletePrevious || (lastAlone && saveFrequency == null);
  }

  boolean tensorBoard() {
    boolean board = false;
    for (String where : reportTo.split(",", -1)) {
      switch (where.strip()) {
        case "tensorboard", "all" -> board = true;
        case "" -> {}
        default ->
            throw new UsageException(
                "--report-to '" + where + "' is not supported; use tensorboard");
      }
    }
    return board;
  }

  /** Returns how often something is told. */
  RunReporter.Cadence cadence() {
    return new RunReporter.Cadence(logEvery, boardEvery, averagedSamples);
  }

  /**
   * Returns how the loop goes.
   *
   * @param schedule the shapes of the batches
   * @param parts batches of a step
   * @param stepsInEpoch how many steps an epoch has
   */
  public TrainingLoop.Settings loop(BatchSchedule schedule, int parts, long stepsInEpoch) {
    return new TrainingLoop.Settings(seed, schedule, parts, epochs, stepsInEpoch, threads());
  }

  /**
   * Returns the run's folder; a new run must not have one yet.
   *
   * @param model the model's name
   * @param precision in which it computes, as the user calls it
   */
  public RunFolder folder(String model, String precision) {
    String time =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyy_MM_dd-HH_mm_ss", Locale.ROOT));
    String chosen =
        name != null
            ? name
            : "%s-model_%s-b_%s-j_%s-p_%s"
                .formatted(time, model.replaceAll("[/\\\\:]", "-"), batchSize, workers, precision)
                .toLowerCase(Locale.ROOT);
    Path path = keeps() ? Path.of(logs).resolve(chosen) : passing();
    if (resume == null && RunFolder.used(path)) {
      throw new UsageException(
          path
              + " already contains a run; choose another --name, or continue with --resume latest");
    }
    return RunFolder.create(path);
  }

  /** Returns whether the run leaves anything. */
  public boolean keeps() {
    return !logs.equalsIgnoreCase("none");
  }

  /** Returns a folder that goes when the process does. */
  private static Path passing() {
    try {
      Path folder = Files.createTempDirectory("openclip-run");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> Checkpoint.remove(folder)));
      return folder;
    } catch (IOException e) {
      throw new OpenClipException("the folder of the run's log cannot be created: " + e, e);
    }
  }

  /** Returns where the run's folder is copied to; empty when it is not. */
  public Optional<Path> remote(RunFolder folder) {
    if (!List.of("s3", "fsspec").contains(remoteProtocol)) {
      throw new UsageException(
          "--remote-sync-protocol '" + remoteProtocol + "' is not one of s3, fsspec");
    }
    return remote == null
        ? Optional.empty()
        : Optional.of(
            RemoteFiles.path(remote).resolve(String.valueOf(folder.path().getFileName())));
  }

  /** Returns how long to wait between two copies. */
  Duration remotePause() {
    return Duration.ofSeconds(remoteSeconds);
  }

  /**
   * Returns where the run goes on; null when it begins.
   *
   * @param say told, in a line, what is not as one might expect
   */
  public @Nullable Checkpoint resumed(RunFolder folder, Consumer<String> say) {
    if (resume == null) {
      return null;
    }
    if (!resume.equals("latest")) {
      return Checkpoint.read(
          RemoteFiles.hasScheme(resume)
              ? fetched(RemoteFiles.path(resume), folder)
              : Path.of(resume));
    }
    folder.recover(say);
    Optional<Path> here = folder.latest();
    Optional<Path> there = remote(folder).flatMap(path -> new RunFolder(path).latest());
    if (there.isPresent() && step(there) > step(here)) {
      return Checkpoint.read(fetched(there.get(), folder));
    }
    if (here.isEmpty()) {
      say.accept(
          "--resume latest: there is no checkpoint in %s%s; starting a new training"
              .formatted(
                  folder.checkpoint("").toString(), remote == null ? "" : " or in " + remote));
    }
    return here.map(Checkpoint::read).orElse(null);
  }

  /** Writes the flags into the run's folder, without which a run can do. */
  public void params(RunFolder folder, GivenFlags given, Consumer<String> say) {
    try {
      folder.params(given.all());
    } catch (OpenClipException e) {
      say.accept(String.valueOf(e.getMessage()));
    }
  }

  /** Returns whether a run may go on with other flags than it began with. */
  public boolean resumeChanged() {
    return resumeChanged;
  }

  /** Checks that a run goes on with the flags that it began with, unless it may have others. */
  public void checkSame(Checkpoint checkpoint, EffectiveFlags flags) {
    Map<String, String> before = new LinkedHashMap<>(checkpoint.options());
    before.remove(Saver.STEPS);
    Map<String, String> differences = flags.differences(before);
    if (!differences.isEmpty() && !resumeChanged) {
      throw new UsageException(
          "the checkpoint "
              + checkpoint.folder()
              + " was trained with different flags: "
              + differences
              + "; use the same flags, or --resume-changed");
    }
  }

  private static long step(Optional<Path> checkpoint) {
    return checkpoint.map(path -> Checkpoint.read(path).progress().step()).orElse(-1L);
  }

  private static Path fetched(Path remote, RunFolder folder) {
    String name = String.valueOf(remote.getFileName()).replaceAll("/$", "");
    Path here = folder.checkpoint(name);
    RemoteSync.fetch(remote, here);
    return here;
  }
}
