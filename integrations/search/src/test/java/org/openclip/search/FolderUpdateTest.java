package org.openclip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.PictureFacts;
import org.openclip.search.facts.Quantization;
import org.openclip.search.query.SearchRequest;

/** An index follows its folder, and embeds what it must and nothing else. */
@Tag("once")
class FolderUpdateTest {
  private static ClipModel model;

  @TempDir Path folder;
  private Path photos;
  private Path index;
  private final List<String> failed = new ArrayList<>();
  private long embedded;

  @BeforeAll
  static void load() {
    model = OpenClip.load();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @BeforeEach
  void copyPictures() throws IOException {
    photos = folder.resolve("photos");
    index = folder.resolve("index");
    Pictures.copy(Pictures.smile(), photos, "smile.png");
    Pictures.copy(Pictures.golden("cat-small.png"), photos, "cat.png");
    Pictures.copy(Pictures.golden("cat-small-420.jpg"), photos.resolve("inner"), "cat.jpg");
  }

  private UpdateSummary update(PictureFacts facts) {
    embedded = 0;
    failed.clear();
    UpdateListener listener =
        new UpdateListener() {
          @Override
          public void done(long pictures) {
            embedded = pictures;
          }

          @Override
          public void failed(String path, OpenClipException reason) {
            failed.add(path);
          }
        };
    try (PictureIndexWriter writer =
        PictureIndexWriter.open(index, IndexFacts.of(model, Quantization.INT8))) {
      UpdateSummary summary =
          new FolderUpdate(writer, model, PluginRegistry.create(), facts, 2).run(photos, listener);
      writer.finish();
      return summary;
    }
  }

  private UpdateSummary update() {
    return update(PictureFacts.NONE);
  }

  private String key(String name) {
    return FolderUpdate.key(photos.resolve(name));
  }

  @Test
  void newPicturesAreEmbeddedAndOthersLeftAlone() throws IOException {
    assertThat(update()).isEqualTo(new UpdateSummary(3, 0, 0, 0, 0, 0));
    assertThat(update()).isEqualTo(new UpdateSummary(0, 0, 0, 0, 3, 0));
    assertThat(embedded).isZero();

    Pictures.copy(Pictures.golden("strip.png"), photos, "strip.png");
    assertThat(update()).isEqualTo(new UpdateSummary(1, 0, 0, 0, 3, 0));

    try (PictureIndex open = PictureIndex.open(index)) {
      open.check(model);
      float[] expected = model.embed(photos.resolve("cat.png"));
      assertThat(open.vector(key("cat.png")).orElseThrow())
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(expected);
      assertThat(open.search(SearchRequest.of(model.embed("a smiling face"), 1)))
          .extracting(hit -> hit.picture().path())
          .containsExactly(key("smile.png"));
    }
  }

  @Test
  void changedMovedAndGonePicturesAreFollowed() throws IOException {
    update();
    String vector = Pictures.contents(index).get(key("inner/cat.jpg"));
    Files.move(photos.resolve("inner/cat.jpg"), photos.resolve("moved.jpg"));
    Files.delete(photos.resolve("smile.png"));
    Files.copy(
        Pictures.golden("strip.png"),
        photos.resolve("cat.png"),
        StandardCopyOption.REPLACE_EXISTING);

    assertThat(update()).isEqualTo(new UpdateSummary(0, 1, 1, 1, 0, 0));
    assertThat(embedded).isEqualTo(1);
    assertThat(Pictures.contents(index)).containsOnlyKeys(key("moved.jpg"), key("cat.png"));
    assertThat(Pictures.contents(index).get(key("moved.jpg")))
        .endsWith(vector.substring(vector.lastIndexOf('[')));
    try (PictureIndex open = PictureIndex.open(index)) {
      assertThat(open.vector(key("cat.png")).orElseThrow())
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(model.embed(Pictures.golden("strip.png")));
    }
  }

  @Test
  void aPictureOfTheSameSizeIsNotTakenForAMovedOne() throws IOException {
    update();
    Path cat = photos.resolve("cat.png");
    byte[] bytes = Files.readAllBytes(cat);
    Files.delete(cat);
    // Behind the picture's end, so that it can still be read.
    byte[] other = Files.readAllBytes(Pictures.golden("tiny.png"));
    Files.write(photos.resolve("other.png"), Arrays.copyOf(other, bytes.length));

    assertThat(update()).isEqualTo(new UpdateSummary(1, 0, 0, 1, 2, 0));
  }

  @Test
  void aBrokenPictureCostsItselfAndIsTriedAgain() throws IOException {
    update();
    Files.writeString(photos.resolve("broken.png"), "no picture");
    Files.writeString(photos.resolve("cat.png"), "broken by now");

    assertThat(update()).isEqualTo(new UpdateSummary(0, 0, 0, 0, 2, 2));
    assertThat(failed).containsExactly(key("broken.png"), key("cat.png"));
    assertThat(Pictures.contents(index)).containsOnlyKeys(key("smile.png"), key("inner/cat.jpg"));

    Files.copy(
        Pictures.golden("cat-small.png"),
        photos.resolve("broken.png"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(update()).isEqualTo(new UpdateSummary(1, 0, 0, 0, 2, 1));
  }

  @Test
  void newWordsNeedNoNewVector() throws IOException {
    update();
    Files.setLastModifiedTime(photos.resolve("cat.png"), FileTime.from(Instant.EPOCH));

    UpdateSummary summary =
        update((root, file, bare) -> bare.withCaption("now with words").withTags(List.of("a")));

    assertThat(summary).isEqualTo(new UpdateSummary(0, 3, 0, 0, 0, 0));
    assertThat(embedded).isEqualTo(1);
    assertThat(Pictures.contents(index).values()).allMatch(c -> c.contains("now with words"));
    assertThat(Pictures.contents(index).values())
        .allMatch(c -> c.matches("(?s).*hash=[0-9a-f]{64}.*"));
  }

  @Test
  void aFolderThatVanishedTakesNothingAlong() throws IOException {
    update();
    Path away = Files.move(photos, folder.resolve("away"));

    assertThatThrownBy(this::update)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no file");
    Files.createDirectory(photos);
    assertThatThrownBy(this::update)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the index has 3 from it")
        .hasMessageContaining("--forget");
    assertThat(Pictures.contents(index)).hasSize(3);

    try (PictureIndexWriter writer =
        PictureIndexWriter.open(index, IndexFacts.of(model, Quantization.INT8))) {
      assertThat(writer.forget(away)).isZero();
      assertThat(writer.forget(photos)).isEqualTo(3);
      writer.finish();
    }
    assertThat(Pictures.contents(index)).isEmpty();
  }
}
