package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.RunFolder;

/**
 * The folder of a run and the checkpoint that it resumes from, which rank 0 chooses for all
 * processes.
 *
 * @param folder the run's; a process that keeps nothing does not write into it
 * @param resumed where the run goes on; null when it begins
 */
public record RunPlace(RunFolder folder, @Nullable Checkpoint resumed) {
  private static final String FOLDER = "folder";
  private static final String RESUMED = "resumed";

  /**
   * Finds the place of a run.
   *
   * @param say told, in a line, what is not as one might expect
   */
  public static RunPlace of(
      Together together, RunFlags flags, String model, String precision, Consumer<String> say) {
    if (together.writes()) {
      RunFolder folder = flags.folder(model, precision);
      Checkpoint resumed = flags.resumed(folder, say);
      String path = resumed == null ? "" : resumed.folder().toAbsolutePath().toString();
      together.told(Map.of(FOLDER, folder.path().toAbsolutePath().toString(), RESUMED, path));
      return new RunPlace(together.ownLog(folder), resumed);
    }
    Map<String, String> told = together.told(Map.of());
    String path = Objects.requireNonNull(told.get(RESUMED));
    Path place = Path.of(Objects.requireNonNull(told.get(FOLDER)));
    RunFolder folder =
        together.logs()
            ? together.ownLog(RunFolder.create(place))
            : new RunFolder(place).unwritten();
    return new RunPlace(folder, path.isEmpty() ? null : Checkpoint.read(Path.of(path)));
  }
}
