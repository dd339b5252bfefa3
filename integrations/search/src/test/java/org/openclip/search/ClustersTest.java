package org.openclip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.search.PictureClusters.Cluster;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.facts.Quantization;
import org.openclip.search.query.Hit;

/** Clusters of vectors around known centres. */
class ClustersTest {
  private static final int WIDTH = 24;

  @TempDir Path folder;

  /** Writes 10, 20, 30 and 40 vectors around four axes, in mixed order. */
  @BeforeEach
  void write() {
    Random random = new Random(7);
    List<Integer> centres = new ArrayList<>();
    for (int centre = 0; centre < 4; centre++) {
      for (int i = 0; i < 10 * (centre + 1); i++) {
        centres.add(centre);
      }
    }
    Collections.shuffle(centres, random);
    try (PictureIndexWriter writer =
        PictureIndexWriter.open(folder, RandomVectors.facts(WIDTH, Quantization.INT8))) {
      for (int i = 0; i < centres.size(); i++) {
        float[] vector = new float[WIDTH];
        for (int k = 0; k < WIDTH; k++) {
          vector[k] = (float) (0.1 * random.nextGaussian());
        }
        vector[5 * centres.get(i)] += 3;
        writer.put(IndexedPicture.at("/" + centres.get(i) + "/" + i), vector);
      }
      writer.finish();
    }
  }

  private List<Cluster> find(int count, long seed, PictureClusters.Assignment assignment) {
    try (PictureIndex index = PictureIndex.open(folder)) {
      return PictureClusters.find(index, count, seed, 3, assignment);
    }
  }

  @Test
  void vectorsAroundACentreFormACluster() {
    List<String> assigned = new ArrayList<>();

    List<Cluster> clusters =
        find(4, 1, (cluster, hit) -> assigned.add(cluster + hit.picture().path()));

    assertThat(clusters).extracting(Cluster::size).containsExactly(40L, 30L, 20L, 10L);
    assertThat(assigned).hasSize(100).allMatch(member -> member.matches("0/3.*|1/2.*|2/1.*|3/0.*"));
    for (int i = 0; i < 4; i++) {
      Cluster cluster = clusters.get(i);
      String centre = "/" + (3 - i) + "/";
      assertThat(cluster.meanCosine()).isBetween(0.95f, 1f);
      assertThat(cluster.central()).hasSize(3).allMatch(h -> h.picture().path().startsWith(centre));
      assertThat(cluster.central().get(0).cosine())
          .isGreaterThanOrEqualTo(cluster.central().get(2).cosine());
    }
  }

  @Test
  void aSeedGivesTheSameClusters() {
    List<Hit> first = new ArrayList<>();
    List<Hit> second = new ArrayList<>();

    List<Cluster> clusters = find(9, 3, (cluster, hit) -> first.add(hit));

    assertThat(find(9, 3, (cluster, hit) -> second.add(hit))).isEqualTo(clusters);
    assertThat(first).isEqualTo(second);
    assertThat(clusters.stream().flatMapToLong(c -> LongStream.of(c.size())).sum()).isEqualTo(100);
  }

  @Test
  void theNumberOfClustersHasBounds() {
    for (int count : new int[] {-1, 0, 1, 101}) {
      assertThatThrownBy(() -> find(count, 0, (cluster, hit) -> {}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              count + " clusters are requested, but an index of 100 pictures allows from 2 to 100");
    }
  }
}
