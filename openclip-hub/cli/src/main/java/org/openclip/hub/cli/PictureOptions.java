package org.openclip.hub.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.terminal.Progress;
import picocli.CommandLine.Option;

/** The options of commands that read many pictures. */
public final class PictureOptions {
  @Option(
      names = "--images-from",
      paramLabel = "FILE",
      description = "A file with one image path per line; - for the standard input.")
  private @Nullable String list;

  @Option(
      names = {"-0", "--null"},
      description =
          "The paths of --images-from end with a zero byte, as from 'find -print0', so that"
              + " every file name is possible.")
  private boolean zeros;

  @Option(names = "--skip-bad", description = "Reports unreadable images and skips them.")
  private boolean skip;

  /** Creates the options as they are when none is given. */
  public PictureOptions() {}

  /** Returns whether there is a list of pictures. */
  public boolean hasList() {
    return list != null;
  }

  /** Returns whether the list is read from the standard input. */
  public boolean readsInput() {
    return "-".equals(list);
  }

  /** Hands over the paths of the list one by one, so that it may be larger than memory. */
  public void forEach(Consumer<String> each) {
    if (zeros && list == null) {
      throw new UsageException("-0 needs --images-from");
    }
    if (list != null) {
      Consumer<String> named =
          path -> {
            if (!path.isEmpty()) {
              each.accept(path);
            }
          };
      if (zeros) {
        TextLines.forEachEnded(list, named);
      } else {
        TextLines.forEachRow(list, named);
      }
    }
  }

  /** Returns the pictures that are named, and in folders that are, and those of the list. */
  public List<Path> files(List<String> named, Environment environment) {
    return files(FileKind.IMAGE, named, environment);
  }

  /** Returns the files of a kind that are named, and in folders that are, and those of the list. */
  public List<Path> files(FileKind kind, List<String> named, Environment environment) {
    List<Path> files = new ArrayList<>(PictureArguments.expand(kind, named, environment));
    forEach(
        path ->
            files.add(PictureArguments.checked(kind, PictureArguments.path(path), environment)));
    return files;
  }

  /** Returns the judge of bad pictures, who also moves a progress line on. */
  public BadPictures judge(Progress progress, Environment environment) {
    return judge(FileKind.IMAGE, progress, environment);
  }

  /** Returns the judge of bad files of a kind, who also moves a progress line on. */
  public BadPictures judge(FileKind kind, Progress progress, Environment environment) {
    return new BadPictures(kind, progress, skip ? environment.err() : null);
  }
}
