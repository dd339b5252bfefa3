package org.openclip.train.command.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.training.Trainer;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.Progress;
import org.openclip.train.run.RunFolder;

/** Writes the checkpoints of a run under the reference's names. */
public final class Saver {
  /** The name under which a checkpoint says how many steps an epoch has. */
  static final String STEPS = "steps of an epoch";

  private final RunFolder folder;
  private final Consumer<Path> model;
  private final Trainer trainer;
  private final Map<String, String> options;
  private final RunFlags flags;
  private final boolean writes;
  private @Nullable Path previous;

  /**
   * Makes ready to save.
   *
   * @param folder the run's
   * @param model writes the model as it stands into a folder
   * @param options that decide what is trained
   * @param resumed where the run goes on; null when it begins
   * @param writes whether this process writes; else it gives the one that does what it alone has
   */
  public Saver(
      RunFolder folder,
      Consumer<Path> model,
      Trainer trainer,
      Map<String, String> options,
      RunFlags flags,
      @Nullable Checkpoint resumed,
      boolean writes) {
    this.folder = folder;
    this.model = model;
    this.trainer = trainer;
    this.options = options;
    this.flags = flags;
    this.writes = writes;
    if (resumed != null
        && Objects.equals(folder.checkpoint("stopped").getParent(), resumed.folder().getParent())) {
      previous = savedBefore(resumed.progress().epoch());
    }
  }

  /** Returns the checkpoint of the last epoch that this run saved; null for none. */
  private @Nullable Path savedBefore(int epoch) {
    for (int saved = epoch; saved > 0; saved--) {
      if (Files.isDirectory(epochFolder(saved))) {
        return epochFolder(saved);
      }
    }
    return null;
  }

  /** Returns the options that a checkpoint says. */
  public static Map<String, String> options(EffectiveFlags flags, long stepsInEpoch) {
    Map<String, String> options = new LinkedHashMap<>(flags.values());
    options.put(STEPS, Long.toString(stepsInEpoch));
    return options;
  }

  /** Returns how many steps an epoch has as a checkpoint says; else as is planned now. */
  public static long steps(Checkpoint checkpoint, long planned) {
    String said = checkpoint.options().getOrDefault(STEPS, "");
    return said.matches("[1-9]\\d{0,17}") ? Long.parseLong(said) : planned;
  }

  private Path epochFolder(int epoch) {
    return folder.checkpoint("epoch_" + epoch);
  }

  /** Saves after an epoch, if it is one of those that are saved. */
  public void epoch(Progress progress) {
    int epoch = progress.epoch();
    boolean last = epoch == flags.epochs;
    if (last || (flags.saveFrequency() > 0 && epoch % flags.saveFrequency() == 0)) {
      Path path = epochFolder(epoch);
      write(path, progress);
      if (writes && flags.deletesPrevious() && previous != null) {
        Checkpoint.remove(previous);
      }
      previous = path;
    }
    if (flags.saveMostRecent) {
      write(folder.checkpoint("epoch_latest"), progress);
    }
    if (writes) {
      Checkpoint.remove(folder.checkpoint("stopped"));
    }
  }

  /** Saves in the middle of an epoch. */
  void stopped(Progress progress) {
    write(folder.checkpoint("stopped"), progress);
  }

  private void write(Path path, Progress progress) {
    if (!flags.keeps()) {
      return;
    }
    if (!writes) {
      trainer.optimizerState().close();
      return;
    }
    Checkpoint.write(path, model, trainer, progress, options);
  }
}
