package org.openclip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.UnknownNameException;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.facts.Quantization;
import org.openclip.search.query.Filter;
import org.openclip.search.query.Hit;
import org.openclip.search.query.SearchRequest;

/** Pictures go into an index and are found by their vectors and by what is known about them. */
class PictureIndexTest {
  @TempDir Path folder;

  private static List<String> paths(List<Hit> hits) {
    return hits.stream().map(hit -> hit.picture().path()).toList();
  }

  private PictureIndexWriter writer(int dimensions) {
    return PictureIndexWriter.open(
        folder.resolve("x"), RandomVectors.facts(dimensions, Quantization.INT8));
  }

  private PictureIndex four() {
    try (PictureIndexWriter writer = writer(2)) {
      writer.put(
          IndexedPicture.at("/p/holiday/cat.jpg")
              .withCaption("A Red cat, asleep")
              .withTags(List.of("animal", "red"))
              .withFields(Map.of("year", 2019, "place", "home")),
          new float[] {3, 0});
      writer.put(
          IndexedPicture.at("/p/holiday/dog.jpg")
              .withCaption("a dog awake")
              .withTags(List.of("animal"))
              .withFields(Map.of("year", 2020.5)),
          new float[] {1, 1});
      writer.put(IndexedPicture.at("/p/car.png").withTags(List.of("red")), new float[] {0, 1});
      writer.put(IndexedPicture.at("/q/old.png"), new float[] {0.5f, 0.5f});
      writer.put(
          IndexedPicture.at("/q/old.png").withFields(Map.of("year", 1999)), new float[] {-1, 0});
      writer.finish();
    }
    return PictureIndex.open(folder.resolve("x"));
  }

  @Test
  void nearestComeFirstWithTheirCosines() {
    try (PictureIndex index = four()) {
      List<Hit> hits = index.search(SearchRequest.of(new float[] {2, 0}, 10));

      assertThat(index.size()).isEqualTo(4);
      assertThat(paths(hits))
          .containsExactly("/p/holiday/cat.jpg", "/p/holiday/dog.jpg", "/p/car.png", "/q/old.png");
      assertThat(hits).extracting(Hit::cosine).first().isEqualTo(1f);
      assertThat(hits.get(1).cosine()).isCloseTo((float) Math.sqrt(0.5), within(1e-6f));
      assertThat(hits.get(3).cosine()).isEqualTo(-1f);
      assertThat(hits.get(0).picture().caption()).isEqualTo("A Red cat, asleep");
      assertThat(hits.get(0).picture().tags()).containsExactly("animal", "red");
      assertThat(hits.get(0).picture().fields())
          .containsEntry("place", "home")
          .containsEntry("year", 2019);
      assertThat(index.vector("/p/car.png"))
          .hasValueSatisfying(v -> assertThat(v).containsExactly(0, 1));
      assertThat(index.vector("/p/none.png")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "tag=red; /p/holiday/cat.jpg,/p/car.png",
        "tag!=red; /p/holiday/dog.jpg,/q/old.png",
        "path=holiday/*; /p/holiday/cat.jpg,/p/holiday/dog.jpg",
        "path=/q/*; /q/old.png",
        "path=*.png; /p/car.png,/q/old.png",
        "caption=RED asleep; /p/holiday/cat.jpg",
        "year>=2019; /p/holiday/cat.jpg,/p/holiday/dog.jpg",
        "year > 2019; /p/holiday/dog.jpg",
        "year<2000; /q/old.png",
        "year<=2019; /p/holiday/cat.jpg,/q/old.png",
        "year=2020.5; /p/holiday/dog.jpg",
        "year!=1999; /p/holiday/cat.jpg,/p/holiday/dog.jpg,/p/car.png",
        "place=home; /p/holiday/cat.jpg",
        "place=away;",
      })
  void filtersPassWhatTheySay(String filter, String expected) {
    try (PictureIndex index = four()) {
      SearchRequest request =
          SearchRequest.of(new float[] {1, 0}, 10).with(List.of(Filter.parse(filter)));

      assertThat(paths(index.search(request)))
          .containsExactlyInAnyOrder(expected == null ? new String[0] : expected.split(","));
    }
  }

  @Test
  void wrongFiltersAndVectorsSayWhatIsWrong() {
    try (PictureIndex index = four()) {
      SearchRequest all = SearchRequest.of(new float[] {1, 0}, 10);
      assertThatThrownBy(() -> index.search(all.with(List.of(Filter.parse("yaer=1999")))))
          .isInstanceOf(UnknownNameException.class)
          .hasMessageContaining("yaer")
          .hasMessageContaining("year");
      assertThatThrownBy(() -> index.search(all.with(List.of(Filter.parse("tag>3")))))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("field tag contains texts");
      assertThatThrownBy(() -> index.search(all.with(List.of(Filter.parse("year>new")))))
          .hasMessageContaining("'new', which is not a number");
      assertThatThrownBy(() -> index.search(all.with(List.of(Filter.parse("caption=...")))))
          .hasMessageContaining("has no words");
      assertThatThrownBy(() -> Filter.parse("red"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("FIELD=VALUE");
      assertThatThrownBy(() -> index.search(SearchRequest.of(new float[3], 1)))
          .hasMessageContaining("not all 0");
      assertThatThrownBy(() -> index.search(SearchRequest.of(new float[] {1, 2, 3}, 1)))
          .hasMessageContaining("vectors of 2 numbers");
      assertThatThrownBy(() -> SearchRequest.of(new float[] {1}, 0))
          .hasMessageContaining("must be from 1");
    }
  }

  @ParameterizedTest
  @CsvSource({"64, INT8", "64, BINARY", "64, NONE", "1152, INT8", "1536, INT8", "1536, BINARY"})
  void theGraphFindsWhatAComparisonOfAllFinds(int dimensions, Quantization quantization) {
    RandomVectors vectors = new RandomVectors(7, dimensions, 40);
    int size = dimensions > 1000 ? 600 : 2000;
    try (PictureIndexWriter writer =
        PictureIndexWriter.open(
            folder.resolve("x"), RandomVectors.facts(dimensions, quantization))) {
      for (int i = 0; i < size; i++) {
        writer.put(IndexedPicture.at("/" + i), vectors.next());
      }
      writer.finish();
    }
    long found = 0;
    try (PictureIndex index = PictureIndex.open(folder.resolve("x"))) {
      for (int i = 0; i < 20; i++) {
        SearchRequest request = SearchRequest.of(vectors.next(), 10);
        List<Hit> exact = index.search(request.exactly());
        List<Hit> near = index.search(request, 0);
        assertThat(near).hasSize(10);
        found += near.stream().filter(exact::contains).count();
      }
    }
    assertThat(found).isGreaterThanOrEqualTo(190);
  }

  @Test
  void twoIndexesOfOneModelMerge() {
    IndexFacts facts = RandomVectors.facts(2, Quantization.INT8);
    try (PictureIndexWriter writer = PictureIndexWriter.open(folder.resolve("y"), facts)) {
      writer.put(IndexedPicture.at("/p/car.png").withCaption("other"), new float[] {1, 0});
      writer.put(
          IndexedPicture.at("/r/new.png").withFields(Map.of("size", 3)), new float[] {0.6f, 0.8f});
      writer.finish();
    }
    four().close();
    try (PictureIndexWriter writer = writer(2);
        PictureIndex other = PictureIndex.open(folder.resolve("y"))) {
      assertThat(writer.merge(other)).isEqualTo(1);
      writer.finish();
    }
    try (PictureIndex index = PictureIndex.open(folder.resolve("x"))) {
      assertThat(index.size()).isEqualTo(5);
      List<Hit> hits = index.search(SearchRequest.of(new float[] {0.6f, 0.8f}, 1));
      assertThat(paths(hits)).containsExactly("/r/new.png");
      assertThat(hits.get(0).cosine()).isCloseTo(1f, within(1e-6f));
      assertThat(index.facts().fields()).containsKeys("year", "size");
    }
  }

  @Test
  void anIndexOfAnotherModelIsRefused() {
    four().close();
    IndexFacts other =
        new IndexFacts("oc1-other", "ViT", 2, Quantization.INT8, List.of(), Map.of());

    assertThatThrownBy(() -> PictureIndexWriter.open(folder.resolve("x"), other))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model none (oc1-test)")
        .hasMessageContaining("ViT (oc1-other)");
    assertThatThrownBy(
            () ->
                PictureIndexWriter.open(
                    folder.resolve("x"), RandomVectors.facts(2, Quantization.BINARY)))
        .hasMessageContaining("quantization int8, not binary");
  }

  @Test
  void aSecondWriterIsKeptOut() {
    try (PictureIndexWriter first = writer(2)) {
      first.put(IndexedPicture.at("/a"), new float[] {1, 0});
      assertThatThrownBy(() -> writer(2))
          .isInstanceOf(OpenClipException.class)
          .hasMessageContaining("is being written by another process");
    }
    try (PictureIndexWriter second = writer(2)) {
      assertThat(second.size()).isZero();
    }
  }

  @Test
  void readersSeeCommitsWhenTheyRefresh() {
    try (PictureIndexWriter writer = writer(2)) {
      writer.put(IndexedPicture.at("/a"), new float[] {1, 0});
      writer.commit();
      try (PictureIndex index = PictureIndex.open(folder.resolve("x"))) {
        writer.put(IndexedPicture.at("/b"), new float[] {0, 1});
        writer.commit();

        assertThat(index.size()).isEqualTo(1);
        index.refresh();
        assertThat(index.size()).isEqualTo(2);
      }
    }
  }

  @Test
  void whatIsNoIndexIsSaid() throws IOException {
    assertThatThrownBy(() -> PictureIndex.open(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> PictureIndex.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is not an index");
    Files.writeString(Files.createDirectories(folder.resolve("x")).resolve("letter.txt"), "dear");
    assertThatThrownBy(() -> writer(2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("letter.txt");
    PictureIndex closed;
    try (PictureIndexWriter writer =
        PictureIndexWriter.open(folder.resolve("z"), RandomVectors.facts(2, Quantization.INT8))) {
      writer.commit();
      closed = PictureIndex.open(folder.resolve("z"));
    }
    closed.close();
    closed.close();
    assertThatThrownBy(closed::size).isInstanceOf(ClosedException.class);
  }

  @Test
  void aFieldKeepsItsKind() {
    try (PictureIndexWriter writer = writer(2)) {
      writer.put(IndexedPicture.at("/a").withFields(Map.of("year", 3)), new float[] {1, 0});
      assertThatThrownBy(
              () ->
                  writer.put(
                      IndexedPicture.at("/b").withFields(Map.of("year", "new")),
                      new float[] {1, 0}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("field year has the type NUMBER");
      assertThatThrownBy(
              () ->
                  writer.put(
                      IndexedPicture.at("/b").withFields(Map.of("list", List.of(1))),
                      new float[] {1, 0}))
          .hasMessageContaining("must be a text, a number, true or false");
    }
  }
}
