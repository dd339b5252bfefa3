package org.openclip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidFileException;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.facts.Quantization;
import org.openclip.search.query.SearchRequest;

/** Of an index with a damaged part, the rest is searched, and the damage is said. */
class DamagedIndexTest {
  @TempDir Path folder;

  private final IndexFacts facts = RandomVectors.facts(2, Quantization.INT8);

  @BeforeEach
  void writeTwoParts() {
    try (PictureIndexWriter writer = PictureIndexWriter.open(folder, facts)) {
      writer.put(IndexedPicture.at("/a"), new float[] {1, 0});
      writer.put(IndexedPicture.at("/b"), new float[] {1, 1});
      writer.commit();
      writer.put(IndexedPicture.at("/c"), new float[] {0, 1});
      writer.finish();
    }
  }

  private Path file(String start, String end) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(start))
          .filter(f -> f.getFileName().toString().endsWith(end))
          .findFirst()
          .orElseThrow();
    }
  }

  private void assertOnlyTheSecondPartIsThere() {
    try (PictureIndex index = PictureIndex.open(folder)) {
      assertThat(index.lost()).isEqualTo(2);
      assertThat(index.size()).isEqualTo(1);
      assertThat(index.search(SearchRequest.of(new float[] {1, 0}, 5)))
          .extracting(hit -> hit.picture().path())
          .containsExactly("/c");
      index.refresh();
      assertThat(index.size()).isEqualTo(1);
    }
  }

  @Test
  void aMissingFileCostsItsPart() throws IOException {
    Files.delete(file("_0", ".fdt"));

    assertOnlyTheSecondPartIsThere();
  }

  @Test
  void aCutFileCostsItsPart() throws IOException {
    try (FileChannel channel = FileChannel.open(file("_0", ".vec"), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }

    assertOnlyTheSecondPartIsThere();
    assertThatThrownBy(() -> PictureIndexWriter.open(folder, facts).finish())
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining("--repair");
  }

  @Test
  void aRepairDropsTheDamagedPartAndNothingElse() throws IOException {
    Path vectors = file("_0", ".vec");
    byte[] bytes = Files.readAllBytes(vectors);
    bytes[bytes.length / 2] ^= 1;
    Files.write(vectors, bytes);

    // One bit is found by who reads all, and not by who opens the index.
    assertThat(IndexRepair.run(folder)).isEqualTo(new IndexRepair(1, 2, 1));
    try (PictureIndex index = PictureIndex.open(folder)) {
      assertThat(index.lost()).isZero();
      assertThat(index.size()).isEqualTo(1);
    }
    try (PictureIndexWriter writer = PictureIndexWriter.open(folder, facts)) {
      writer.put(IndexedPicture.at("/a"), new float[] {1, 0});
      writer.finish();
    }
    assertThat(IndexRepair.run(folder)).isEqualTo(new IndexRepair(2, 0, 0));
  }

  @Test
  void withoutItsListAnIndexIsNone() throws IOException {
    Path list = file("segments_", "");
    Files.write(list, List.of("nothing of it"));

    assertThatThrownBy(() -> PictureIndex.open(folder)).isInstanceOf(InvalidFileException.class);
  }
}
