package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.model.ClipModel;

/** Models lie in any file system that java.nio knows; a zip file stands for all of them. */
class ForeignFileSystemTest {
  @TempDir Path folder;
  private String zip = "";
  private String local = "";

  @BeforeEach
  void pack() throws IOException {
    System.setProperty("OPENCLIP_CACHE", folder.resolve("copies").toString());
    local = TinyModels.write(folder.resolve("tiny"));
    Path file = folder.resolve("models.zip");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (String name : List.of(ModelFolder.CONFIG, ModelFolder.CHECKPOINT)) {
        entries.putNextEntry(new ZipEntry("tiny/" + name));
        Files.copy(folder.resolve("tiny").resolve(name), entries);
      }
    }
    zip = "jar:" + file.toUri() + "!/";
  }

  @AfterEach
  void clear() {
    System.clearProperty("OPENCLIP_CACHE");
  }

  private static float[] features(String name) {
    try (ClipModel model = OpenClip.load(name)) {
      return model.encodeTexts(List.of("a cat")).row(0);
    }
  }

  @Test
  void aModelInAZipFile() {
    assertThat(features(zip + "tiny")).isEqualTo(features(local));
    assertThat(
            OpenClip.model("ViT-B-32")
                .pretrained(zip + "tiny/" + ModelFolder.CHECKPOINT)
                .offline(true)
                .fetch())
        .hasSameBinaryContentAs(folder.resolve("tiny").resolve(ModelFolder.CHECKPOINT));
  }

  @Test
  void anotherFileOfTheSameSizeAndTimeIsCopiedAnew() throws IOException {
    Path file = folder.resolve("again.zip");
    String inside = "jar:" + file.toUri() + "!/" + ModelFolder.CHECKPOINT;
    for (String text : List.of("first", "other")) {
      try (FileSystem written = FileSystems.newFileSystem(file, Map.of("create", "true"))) {
        Path entry = written.getPath(ModelFolder.CHECKPOINT);
        Files.writeString(entry, text);
        Files.setLastModifiedTime(entry, FileTime.fromMillis(0));
      }
      try (FileSystem opened =
          FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), Map.of())) {
        assertThat(opened.isOpen()).isTrue();
        assertThat(OpenClip.model("ViT-B-32").pretrained(inside).fetch()).hasContent(text);
      }
    }
  }

  @Test
  void whatLiesInAZipFileNeedsNoCache() {
    System.setProperty("OPENCLIP_CACHE", folder.resolve("models.zip").resolve("no").toString());

    assertThat(features(zip + "tiny")).isEqualTo(features(local));
  }

  @Test
  void aFileUriIsAPathOfThisMachine() {
    assertThat(features(folder.resolve("tiny").toUri().toString())).isEqualTo(features(local));
    assertThat(folder.resolve("copies")).doesNotExist();
  }

  @Test
  void nothingThere() {
    assertThatThrownBy(() -> OpenClip.load(zip + "none"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is nothing at " + zip + "none");
    assertThatThrownBy(() -> OpenClip.load("s4://bucket/model"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("unknown scheme 's4'")
        .hasMessageContaining("java.nio file system");
  }
}
