package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.ClipModel;
import org.openclip.api.tensor.DataType;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.TinyModels;

/** What is the same for models whose vectors can be compared, and for no others. */
@Tag("once")
class ModelFingerprintTest {
  @TempDir Path folder;

  private Path caches;

  @BeforeEach
  void keepCachesHere() {
    caches = folder.resolve("caches");
    System.setProperty("XDG_CACHE_HOME", caches.toString());
  }

  @AfterEach
  void forgetCaches() {
    System.clearProperty("XDG_CACHE_HOME");
  }

  private List<Path> notes() throws IOException {
    Path hashes = caches.resolve("openclip/hashes");
    if (!Files.isDirectory(hashes)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(hashes)) {
      return files.toList();
    }
  }

  private static String of(ModelBuilder builder) {
    try (ClipModel model = builder.load()) {
      assertThat(model.fingerprint()).isEqualTo(builder.fingerprint());
      return model.fingerprint();
    }
  }

  @Test
  void theSameModelFromElsewhereHasTheSame() {
    String name = OpenClip.load().name();
    String embedded = of(OpenClip.model(name));
    OpenClip.model(name).save(folder.resolve("saved"));

    assertThat(embedded).matches("oc1-[0-9a-f]{40}");
    assertThat(of(OpenClip.model("local-dir:" + folder.resolve("saved")))).isEqualTo(embedded);
    assertThat(of(OpenClip.model(name).batchSize(2).threads(1).spin(false).packWeights(false)))
        .isEqualTo(embedded);
  }

  @Test
  void whateverChangesNumbersChangesIt() {
    String name = TinyModels.write(folder.resolve("tiny"));
    OpenClip.model(name).saveWeights(folder.resolve("half"), DataType.FLOAT16);

    assertThat(
            List.of(
                of(OpenClip.model(name)),
                of(OpenClip.model(name).precision(Precision.BFLOAT16)),
                of(OpenClip.model(name).preprocess("interpolation", "bilinear")),
                of(OpenClip.model(name).override("quick_gelu", true)),
                of(OpenClip.model(name).imageSize(64, 64)),
                of(OpenClip.model("local-dir:" + folder.resolve("half")))))
        .doesNotHaveDuplicates();
  }

  @Test
  void aFileIsHashedOnceAndAgainWhenItChanges() throws IOException {
    String name = TinyModels.write(folder.resolve("tiny"));
    Path weights = folder.resolve("tiny").resolve(ModelFolder.CHECKPOINT);
    Files.setLastModifiedTime(weights, FileTime.from(Instant.now().minusSeconds(60)));

    String first = OpenClip.model(name).fingerprint();
    assertThat(notes()).hasSize(1);
    // A hash that is noted is taken, whatever the file holds.
    Files.writeString(notes().get(0), "0".repeat(64));
    assertThat(OpenClip.model(name).fingerprint()).isNotEqualTo(first);

    Files.setLastModifiedTime(weights, FileTime.from(Instant.now().minusSeconds(30)));
    assertThat(OpenClip.model(name).fingerprint()).isEqualTo(first);
    assertThat(notes()).hasSize(2);
  }

  @Test
  void cachesThatCannotBeWrittenCostNothing() throws IOException {
    String name = TinyModels.write(folder.resolve("tiny"));
    Path weights = folder.resolve("tiny").resolve(ModelFolder.CHECKPOINT);
    Files.setLastModifiedTime(weights, FileTime.from(Instant.now().minusSeconds(60)));
    Files.writeString(caches, "a file where the folder should be");

    assertThat(OpenClip.model(name).fingerprint()).startsWith("oc1-");
  }

  @Test
  void weightsThatChangeUnderALoadedModelAreNotTakenForIts() throws IOException {
    String name = TinyModels.write(folder.resolve("tiny"));
    Path weights = folder.resolve("tiny").resolve(ModelFolder.CHECKPOINT);
    try (ClipModel model = OpenClip.model(name).load()) {
      Files.setLastModifiedTime(weights, FileTime.from(Instant.now().plusSeconds(5)));

      assertThatThrownBy(model::fingerprint)
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("has changed since the model was loaded");
    }
  }

  @Test
  void aClosedModelHasNone() {
    ClipModel model = OpenClip.model(TinyModels.write(folder.resolve("tiny"))).load();
    model.close();

    assertThatThrownBy(model::fingerprint).isInstanceOf(ClosedException.class);
  }
}
