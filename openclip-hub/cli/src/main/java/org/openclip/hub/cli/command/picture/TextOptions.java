package org.openclip.hub.cli.command.picture;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.PictureOptions;
import org.openclip.hub.cli.TextLines;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Option;

/** The options that name texts. */
final class TextOptions {
  @Option(names = "--text", paramLabel = "TEXT", description = "A text. May be repeated.")
  private List<String> texts = new ArrayList<>();

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      description = {
        "A file with a text on each line; a blank line is a text; - for the standard input."
      })
  private @Nullable String file;

  /** Returns whether no text and no file is named. */
  boolean isEmpty() {
    return texts.isEmpty() && file == null;
  }

  /** Returns whether there is a file, whose texts are not counted before it is read. */
  boolean hasFile() {
    return file != null;
  }

  /** Returns how many texts stand on the command line itself. */
  int named() {
    return texts.size();
  }

  /**
   * Checks that the standard input is read once.
   *
   * @throws UsageException when pictures and texts are both read from it
   */
  void check(PictureOptions images) {
    if (images.readsInput() && "-".equals(file)) {
      throw new UsageException("only one of --images-from and --texts can read -");
    }
  }

  /** Hands over the texts of the command line, and then those of the file. */
  void forEach(Consumer<String> each) {
    texts.forEach(each);
    if (file != null) {
      TextLines.forEachRow(file, each);
    }
  }
}
