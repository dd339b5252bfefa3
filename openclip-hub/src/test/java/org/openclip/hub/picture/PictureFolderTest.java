package org.openclip.hub.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.PluginRegistry;

class PictureFolderTest {
  @TempDir Path folder;

  private void write(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, "x");
  }

  private PictureFolder list() {
    return PictureFolder.list(folder, PluginRegistry.create());
  }

  @Test
  void picturesAreFoundByTheDecodersEndings() throws IOException {
    for (String name :
        new String[] {"b.PNG", "a.jpe", "a.jfif", "a.v2.jpeg", "deep/er/c.webp", "d.tif"}) {
      write(name);
    }
    for (String name :
        new String[] {"._a.jpe", ".hidden.png", ".thumbs/x.png", "__MACOSX/y.png", ".DS_Store"}) {
      write(name);
    }

    PictureFolder listed = list();

    assertThat(listed.pictures())
        .extracting(file -> folder.relativize(file).toString())
        .containsExactly("a.jfif", "a.jpe", "a.v2.jpeg", "b.PNG", "d.tif", "deep/er/c.webp");
    assertThat(listed.folders()).containsExactly("deep");
    assertThat(listed.folderOf(folder.resolve("deep/er/c.webp"))).isEqualTo("deep");
    assertThat(listed.passedOver()).isEmpty();
  }

  @Test
  void theRestIsCounted() throws IOException {
    for (String name : new String[] {"1.txt", "2.TXT", "a/3.json", "png", "x.png.bak"}) {
      write(name);
    }
    PictureFolder listed = list();

    assertThat(listed.pictures()).isEmpty();
    assertThat(listed.passedOver())
        .hasValueSatisfying(
            line ->
                assertThat(line)
                    .startsWith(folder + ": 5 files are skipped (2 .txt, 1 ")
                    .contains("1 .json", "1 without ending", "1 .bak")
                    .contains("; files that are read end in bmp, "));
  }

  @Test
  void linkedFoldersAreFollowedButNotInCircles() throws IOException {
    write("there/1.png");
    Files.createDirectories(folder.resolve("there/back"));
    Files.createSymbolicLink(folder.resolve("there/back/up"), folder.resolve("there"));
    Files.createSymbolicLink(folder.resolve("here"), folder.resolve("there"));
    Files.createSymbolicLink(folder.resolve("one.png"), folder.resolve("there/1.png"));
    Files.createSymbolicLink(folder.resolve("lost.png"), folder.resolve("nowhere.png"));

    PictureFolder listed = list();

    assertThat(listed.pictures())
        .containsExactly(
            folder.resolve("here/1.png"), folder.resolve("one.png"), folder.resolve("there/1.png"));
    assertThat(listed.passedOver().orElseThrow()).contains("2 linked back", "1 linked nowhere");
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    write("x.png");

    assertThatThrownBy(() -> PictureFolder.list(folder.resolve("x.png"), PluginRegistry.create()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("x.png is a file, but a folder");
    assertThatThrownBy(() -> PictureFolder.list(folder.resolve("none"), PluginRegistry.create()))
        .hasMessageContaining("there is no file");
  }
}
