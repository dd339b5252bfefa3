package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
