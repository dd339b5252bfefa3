package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.hub.picture.PictureFolder;
import org.openclip.hub.testkit.TinyModels;

/** A picture that cannot be read costs itself alone. */
@Tag("once")
class UnreadablePicturesTest {
  @TempDir Path folder;

  private final List<Path> files = new ArrayList<>();
  private final List<Path> good = new ArrayList<>();
  private final List<String> events = new ArrayList<>();

  private final EncodingListener lenient =
      new EncodingListener() {
        @Override
        public void done(int count) {
          events.add("done " + count);
        }

        @Override
        public void unreadable(int index, Path file, OpenClipException reason) {
          assertThat(files.get(index)).isEqualTo(file);
          assertThat(reason).hasMessageContaining(file.toString());
          events.add("bad " + index);
        }
      };

  @BeforeEach
  void writePictures() throws IOException {
    for (int i = 0; i < 11; i++) {
      boolean bad = i == 0 || i == 5 || (i >= 6 && i <= 8);
      Path file = CountingDecoder.write(folder.resolve(i + ".count"), bad ? 999 : 20 * i);
      files.add(file);
      if (!bad) {
        good.add(file);
      }
    }
    files.add(folder.resolve("gone.count"));
  }

  @Test
  void otherPicturesAreDecodedOnceAndEmbeddedAsEver() throws IOException {
    String model = TinyModels.write(folder.resolve("tiny"));
    try (ClipModel clip =
        OpenClip.model(model)
            .plugins(CountingDecoder.plugins(folder.resolve("plugin")))
            .batchSize(3)
            .load()) {
      Embeddings expected = clip.encodeImages(good);
      CountingDecoder.DECODED.set(0);

      Embeddings rows = clip.encodeImages(files, lenient);

      assertThat(CountingDecoder.DECODED).hasValue(11);
      assertThat(rows.toArray()).containsExactly(expected.toArray());
      assertThat(events)
          .containsExactly(
              "bad 0", "done 3", "bad 5", "done 3", "bad 6", "bad 7", "bad 8", "done 3", "bad 11",
              "done 3");
      assertThat(clip.encodeImages(files.subList(0, 1), lenient).size()).isZero();
      assertThatThrownBy(() -> clip.encodeImages(files))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("0.count is brighter than 255");
    }
  }

  @Test
  void endingsOfPluginsAreFoundInFolders() throws IOException {
    Files.createDirectories(folder.resolve("plugin"));
    PictureFolder listed =
        PictureFolder.list(folder, CountingDecoder.plugins(folder.resolve("plugin")));

    assertThat(listed.endings()).contains("count", "png", "jfif");
    assertThat(listed.pictures()).hasSize(11).contains(folder.resolve("10.count"));
  }
}
