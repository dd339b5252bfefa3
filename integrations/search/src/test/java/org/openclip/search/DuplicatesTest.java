package org.openclip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.search.PictureSearch;
import org.openclip.api.spi.PictureSearchProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.facts.Quantization;

/** Groups of vectors that are alike, whether each is compared with each or by the graph. */
class DuplicatesTest {
  @TempDir Path folder;

  private static List<List<String>> paths(List<DuplicateGroups.Group> groups) {
    return groups.stream()
        .map(group -> group.pictures().stream().map(IndexedPicture::path).toList())
        .toList();
  }

  /** Writes single vectors, and groups of 2 to 41 copies with a little noise. */
  private void write(int singles) {
    RandomVectors vectors = new RandomVectors(5, 32, 400);
    try (PictureIndexWriter writer =
        PictureIndexWriter.open(folder, RandomVectors.facts(32, Quantization.INT8))) {
      for (int i = 0; i < singles; i++) {
        writer.put(IndexedPicture.at("/single/" + i), vectors.next());
      }
      for (int group = 0; group < 5; group++) {
        float[] copied = vectors.next();
        for (int i = 0; i < 2 + group * 10 - group / 4; i++) {
          copied[i % 32] += 1e-4f;
          writer.put(IndexedPicture.at("/group" + group + "/" + (100 + i)), copied);
        }
      }
      writer.finish();
    }
  }

  private void assertGroups(boolean exact) {
    try (PictureIndex index = PictureIndex.open(folder)) {
      List<DuplicateGroups.Group> groups = DuplicateGroups.find(index, 0.9999, exact, done -> {});

      assertThat(groups).extracting(g -> g.pictures().size()).containsExactly(41, 32, 22, 12, 2);
      assertThat(paths(groups).get(4)).containsExactly("/group0/100", "/group0/101");
      assertThat(groups).allMatch(group -> group.least() >= 0.9999f);
    }
  }

  @Test
  void fewPicturesAreAllCompared() {
    write(200);
    assertGroups(false);
  }

  @Test
  void manyPicturesAreComparedWithTheirNeighbours() {
    write(3200);
    assertGroups(false);
  }

  @Test
  void aChainJoinsWhatIsNotAlikeItself() {
    try (PictureIndexWriter writer =
        PictureIndexWriter.open(folder, RandomVectors.facts(2, Quantization.INT8))) {
      for (int i = 0; i < 4; i++) {
        double angle = i * 0.2;
        writer.put(
            IndexedPicture.at("/" + i),
            new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
      }
      writer.finish();
    }
    try (PictureIndex index = PictureIndex.open(folder)) {
      List<DuplicateGroups.Group> groups = DuplicateGroups.find(index, 0.97, false, done -> {});

      assertThat(paths(groups)).containsExactly(List.of("/0", "/1", "/2", "/3"));
      assertThat(groups.get(0).least()).isLessThan(0.9f);
      assertThat(DuplicateGroups.find(index, 0.99, false, done -> {})).isEmpty();
      assertThatThrownBy(() -> DuplicateGroups.find(index, 1.5, false, done -> {}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("must be above 0");
    }
  }

  @Test
  void anIndexIsSearchedThroughThePluginInterface() {
    write(20);
    PictureSearchProvider provider =
        PluginRegistry.create().named(PictureSearchProvider.class, "lucene");

    assertThat(provider.accepts(folder.resolve("none"))).isFalse();
    assertThat(provider.accepts(folder)).isTrue();
    try (PictureSearch search = provider.open(folder);
        PictureIndex index = PictureIndex.open(folder)) {
      float[] wanted = index.vector("/single/7").orElseThrow();
      assertThat(search.fingerprint()).isEqualTo("oc1-test");
      assertThat(search.size()).isEqualTo(20 + 109);
      assertThat(search.search(wanted, 1, List.of("path=/single/*")))
          .containsExactly(new PictureSearch.Found("/single/7", 1, "", List.of(), Map.of()));
    }
  }
}
