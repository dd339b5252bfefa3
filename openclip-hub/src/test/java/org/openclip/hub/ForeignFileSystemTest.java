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
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.hub.testkit.TinyModels;

/** Models lie in any file system that java.nio knows; a zip file stands for all of them. */
class ForeignFileSystemTest {
  @TempDir Path folder;
  private String zip = "";
  private String local = "";

  @BeforeEach
  void pack() throws IOException {
    System.setProperty("OPENCLIP_CACHE", folder.resolve("copies").toString());
    local = TinyModels.write(folder.resolve("tiny"));
    zip = pack(folder.resolve("models.zip"));
  }

  /** Packs the model into a zip file, which may stand there already, and returns its URI. */
  private String pack(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (String name : List.of(ModelFolder.CONFIG, ModelFolder.CHECKPOINT)) {
        entries.putNextEntry(new ZipEntry("tiny/" + name));
        Files.copy(folder.resolve("tiny").resolve(name), entries);
      }
    }
    return "jar:" + file.toUri() + "!/";
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

  private void pack(Path file, int width) throws IOException {
    Map<String, Object> config = new HashMap<>(TinyModels.CONFIG);
    config.put("embed_dim", width);
    local = TinyModels.write(folder.resolve("tiny"), config);
    pack(file);
  }

  @Test
  void aZipFileThatWasReplacedIsReadAnew() throws IOException {
    String config = zip + "tiny/" + ModelFolder.CONFIG;
    assertThat(features(zip + "tiny")).hasSize(16);
    byte[] before = new RemoteFiles().read(config);

    pack(folder.resolve("other.zip"), 24);
    Files.move(
        folder.resolve("other.zip"),
        folder.resolve("models.zip"),
        StandardCopyOption.REPLACE_EXISTING);

    assertThat(features(zip + "tiny")).hasSize(24).isEqualTo(features(local));
    assertThat(new RemoteFiles().read(config)).isNotEqualTo(before);
    assertThat(RemoteFiles.path(config).getFileSystem())
        .isSameAs(RemoteFiles.path(zip).getFileSystem());
  }

  @Test
  void aZipFileThatOthersHoldOpenAndThatIsWrittenInPlaceIsReadAnew() throws IOException {
    Path file = folder.resolve("models.zip");
    FileTime time = Files.getLastModifiedTime(file);
    try (FileSystem held = FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), Map.of())) {
      assertThat(features(zip + "tiny")).hasSize(16);

      pack(file, 24);
      Files.setLastModifiedTime(file, time);

      assertThat(features(zip + "tiny")).hasSize(24).isEqualTo(features(local));
      assertThat(held.isOpen()).isTrue();
    }
  }

  @Test
  void aUserWithoutAHomeIsToldWhatToSet() {
    String home = System.setProperty("user.home", "?");
    System.setProperty("OPENCLIP_CACHE", "");
    System.setProperty("XDG_CACHE_HOME", "");
    try {
      assertThat(features(zip + "tiny")).isEqualTo(features(local));
      assertThatThrownBy(() -> OpenClip.load("https://127.0.0.1:1/model/"))
          .isInstanceOf(OpenClipException.class)
          .hasMessageContaining("user.home is '?'")
          .hasMessageContaining("--cache-dir")
          .hasMessageContaining("XDG_CACHE_HOME");
      assertThat(Path.of("?")).doesNotExist();
    } finally {
      System.setProperty("user.home", String.valueOf(home));
      System.clearProperty("XDG_CACHE_HOME");
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
        .hasMessageContaining("there is no file or folder at " + zip + "none");
    assertThatThrownBy(() -> OpenClip.load("s4://bucket/model"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("unknown scheme 's4'")
        .hasMessageContaining("java.nio file system");
  }
}
