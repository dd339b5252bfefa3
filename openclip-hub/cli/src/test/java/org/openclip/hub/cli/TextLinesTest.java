package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;

@Tag("once")
class TextLinesTest {
  @TempDir Path folder;

  @Test
  void blankLinesAndWhiteSpaceAroundAreLeftOut() throws IOException {
    Path file = Files.writeString(folder.resolve("x"), "\uFEFFa cat\r\n\n  ein Kätzchen \n \nlast");

    assertThat(TextLines.read(file.toString())).containsExactly("a cat", "ein Kätzchen", "last");
  }

  @Test
  void whatIsNotUtf8IsRefused() throws IOException {
    Path file = Files.write(folder.resolve("x"), "Kätzchen".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> TextLines.read(file.toString()))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not UTF-8 text; convert it");
  }

  @Test
  void aLineBeyondTheBoundIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("x"), "ok\n" + "a".repeat((1 << 20) + 1));

    assertThatThrownBy(() -> TextLines.read(file.toString()))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("line 2 has 1048577 characters, but the limit is 1048576");
  }

  @Test
  void aMissingFileAndAFolderAreRefused() {
    String missing = folder.resolve("none").resolve("x.txt").toString();

    assertThatThrownBy(() -> TextLines.read(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no file " + missing)
        .hasMessageContaining("the folder " + folder.resolve("none") + " does not exist either");
    assertThatThrownBy(() -> TextLines.read(folder.toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is a folder");
  }
}
