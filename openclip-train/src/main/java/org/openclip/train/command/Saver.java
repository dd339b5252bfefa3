package org.openclip.train.command;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.training.Trainer;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.Progress;
import org.openclip.train.run.RunFolder;

/** Writes the checkpoints of a run, named as the reference names them. */
final class Saver {
  private final RunFolder folder;
  private final ModelConfig config;
  private final PreprocessConfig preprocess;
  private final Trainer trainer;
  private final Map<String, String> options;
  private final RunFlags flags;
  private @Nullable Path previous;

  Saver(
      RunFolder folder,
      ModelConfig config,
      PreprocessConfig preprocess,
      Trainer trainer,
      Map<String, String> options,
      RunFlags flags) {
    this.folder = folder;
    this.config = config;
    this.preprocess = preprocess;
    this.trainer = trainer;
    this.options = options;
    this.flags = flags;
  }

  /** Saves after an epoch, if it is one of those that are saved. */
  void epoch(Progress progress) {
    int epoch = progress.epoch();
    boolean last = epoch == flags.epochs;
    if (last || (flags.saveFrequency > 0 && epoch % flags.saveFrequency == 0)) {
      Path path = folder.checkpoint("epoch_" + epoch);
      write(path, progress);
      if (flags.deletePrevious && previous != null) {
        Checkpoint.remove(previous);
      }
      previous = path;
    }
    if (flags.saveMostRecent) {
      write(folder.checkpoint("epoch_latest"), progress);
    }
    Checkpoint.remove(folder.checkpoint("stopped"));
  }

  /** Saves in the middle of an epoch. */
  void stopped(Progress progress) {
    write(folder.checkpoint("stopped"), progress);
  }

  private void write(Path path, Progress progress) {
    if (!flags.keeps()) {
      return;
    }
    Checkpoint.write(path, config, preprocess, trainer, progress, options);
  }
}
