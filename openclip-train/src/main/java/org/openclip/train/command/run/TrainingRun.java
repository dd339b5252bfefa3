package org.openclip.train.command.run;

import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.Progress;
import org.openclip.train.run.RemoteSync;
import org.openclip.train.run.RunFolder;
import org.openclip.train.run.TrainingLoop;

/**
 * Runs a training in its folder: reports progress, writes checkpoints, copies them to a remote
 * place and stops at a signal.
 *
 * @param flags of the run
 * @param folder of the run
 * @param length how long it is
 * @param reporter what tells people
 * @param stop whether the process is told to end
 */
public record TrainingRun(
    RunFlags flags, RunFolder folder, Length length, RunReporter reporter, BooleanSupplier stop) {
  /**
   * How long a training is.
   *
   * @param stepsInEpoch how many steps an epoch has
   */
  public record Length(long stepsInEpoch) {
    /** Returns the length that a checkpoint says. */
    public Length of(Checkpoint checkpoint) {
      return new Length(Saver.steps(checkpoint, stepsInEpoch));
    }
  }

  /**
   * Does some work in a run; what it fails of stands in the run's log, too. Until it is done, a
   * process that is told to end waits.
   */
  public static <T> T execute(
      Environment environment,
      RunFlags flags,
      RunFolder folder,
      Length length,
      Function<TrainingRun, T> work) {
    return execute(environment, flags, folder, length, true, work);
  }

  /**
   * Does some work in a run.
   *
   * @param writes whether the process keeps more than a log, as one of several does
   */
  public static <T> T execute(
      Environment environment,
      RunFlags flags,
      RunFolder folder,
      Length length,
      boolean writes,
      Function<TrainingRun, T> work) {
    try (StopSignal stop = StopSignal.listen();
        RunReporter reporter =
            new RunReporter(
                environment,
                folder,
                flags.tensorBoard() && writes,
                flags.cadence(),
                flags.epochs * length.stepsInEpoch());
        RemoteSync sync = writes ? sync(flags, folder, reporter) : null) {
      if (sync != null) {
        reporter.say("copying the run's folder to " + sync.place());
      }
      return work.apply(new TrainingRun(flags, folder, length, reporter, stop));
    } catch (OpenClipException e) {
      try {
        folder.log(String.valueOf(e.getMessage()));
      } catch (OpenClipException log) {
        e.addSuppressed(log);
      }
      throw e;
    }
  }

  private static @Nullable RemoteSync sync(RunFlags flags, RunFolder folder, RunReporter reporter) {
    return flags
        .remote(folder)
        .map(to -> RemoteSync.start(folder.path(), to, flags.remotePause(), reporter::say))
        .orElse(null);
  }

  /** Writes a line to the log and the screen. */
  public void say(String line) {
    reporter.say(line);
  }

  /**
   * Trains to the end, or until the process is told to end, and then saves.
   *
   * @param command the command's name, which says how to go on
   * @param model the model's name
   * @param start where it begins
   * @param saver what saves; null in a process that does not
   * @return whether it came to the end
   */
  public boolean train(
      String command, String model, TrainingLoop loop, Progress start, @Nullable Saver saver) {
    say(
        "%s: %s epochs of %s steps, from step %s, in %s"
            .formatted(model, flags.epochs, length.stepsInEpoch(), start.step(), folder.path()));
    Progress reached = loop.run(start, reporter, stop);
    if (reached.epoch() < flags.epochs) {
      if (saver != null) {
        saver.stopped(reached);
      }
      say(
          "stopped at step %s; continue with: openclip %s ... --name %s --resume latest"
              .formatted(reached.step(), command, folder.path().getFileName()));
      return false;
    }
    say("done after %s steps; %s".formatted(reached.step(), loop.leftOut()));
    return true;
  }
}
