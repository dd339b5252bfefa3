package org.openclip.train.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;

class RetrievalTest {
  private static Embeddings rows(float... values) {
    return Embeddings.of(2, values);
  }

  @Test
  void pairsThatFindEachOther() {
    assertThat(Retrieval.metrics(rows(1, 0, 0, 1), rows(2, 0, 0, 3)))
        .containsEntry("image_to_text_R@1", 1.0)
        .containsEntry("text_to_image_R@1", 1.0)
        .containsEntry("image_to_text_mean_rank", 1.0)
        .containsEntry("text_to_image_median_rank", 1.0);
  }

  @Test
  void pairsThatDoNot() {
    // The first picture's caption is third, the second's first, the third's second.
    Embeddings images = rows(1, 0, 0, 1, 0.9f, 0.5f);
    Embeddings texts = rows(-1, 0, 0.1f, 1, 0.6f, 0.1f);
    var metrics = Retrieval.metrics(images, texts);
    assertThat(metrics.get("image_to_text_mean_rank")).isCloseTo(5 / 3.0, Offset.offset(1e-12));
    assertThat(metrics)
        .containsEntry("image_to_text_R@1", 2 / 3.0)
        .containsEntry("image_to_text_R@5", 1.0);
  }

  @Test
  void ofEqualAnswersTheEarlierComesFirst() {
    // A model that says the same of everything is as good as chance.
    assertThat(Retrieval.metrics(rows(1, 1, 1, 1, 1, 1), rows(1, 1, 1, 1, 1, 1)))
        .containsEntry("image_to_text_R@1", 1 / 3.0)
        .containsEntry("text_to_image_mean_rank", 2.0)
        .containsEntry("image_to_text_median_rank", 2.0);
  }

  @Test
  void severalCaptionsOfAPictureAreItsOwn() {
    // Two pictures; the first has the captions 0, 2 and 3, the second the captions 1 and 4.
    Embeddings images = rows(1, 0, 0, 1);
    Embeddings texts = rows(0.9f, 0.1f, 0.2f, 1, 1, 0.3f, -0.5f, 1, 1, 0.01f);
    List<Integer> owners = List.of(0, 1, 0, 0, 1);

    var grouped = Retrieval.grouped(images, texts, owners);

    // Nearest to the first picture is caption 4, then 0; to the second caption 1.
    assertThat(grouped)
        .containsEntry("text_retrieval_recall@1", 0.5)
        .containsEntry("text_retrieval_recall@5", 1.0)
        // Captions 0, 1 and 2 find their picture first; 3 and 4 find the other one.
        .containsEntry("image_retrieval_recall@1", 3 / 5.0)
        .containsEntry("image_retrieval_recall@5", 1.0)
        .hasSize(6);
  }

  @Test
  void withOneCaptionAPictureBothWaysAgree() {
    SplittableRandom random = new SplittableRandom(2);
    float[] images = new float[4 * 300];
    float[] texts = new float[4 * 300];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
      texts[i] = (float) (images[i] + 0.5 * random.nextGaussian());
    }
    List<Integer> owners = IntStream.range(0, 300).boxed().toList();

    var pairs = Retrieval.metrics(Embeddings.of(4, images), Embeddings.of(4, texts));
    var grouped = Retrieval.grouped(Embeddings.of(4, images), Embeddings.of(4, texts), owners);

    for (int k : new int[] {1, 5, 10}) {
      assertThat(grouped.get("text_retrieval_recall@" + k))
          .isEqualTo(pairs.get("image_to_text_R@" + k));
      assertThat(grouped.get("image_retrieval_recall@" + k))
          .isEqualTo(pairs.get("text_to_image_R@" + k));
    }
    assertThatThrownBy(() -> Retrieval.grouped(rows(1, 0), rows(1, 0, 0, 1), List.of(0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("2 captions");
  }

  @Test
  void chunksMakeNoDifference() {
    SplittableRandom random = new SplittableRandom(1);
    float[] images = new float[4 * 1500];
    float[] texts = new float[4 * 1500];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
      texts[i] = (float) (images[i] + 0.5 * random.nextGaussian());
    }
    var metrics = Retrieval.metrics(Embeddings.of(4, images), Embeddings.of(4, texts));

    float[][] cosines = Embeddings.of(4, images).cosine(Embeddings.of(4, texts));
    double sum = 0;
    for (int i = 0; i < cosines.length; i++) {
      float own = cosines[i][i];
      for (float cosine : cosines[i]) {
        sum += cosine > own ? 1 : 0;
      }
    }
    assertThat(metrics.get("image_to_text_mean_rank"))
        .isCloseTo(sum / cosines.length + 1, Offset.offset(0.02));
    assertThat(metrics.get("text_to_image_R@10")).isBetween(0.2, 0.9);
  }

  @Test
  void otherNumbersAreRefused() {
    assertThatThrownBy(() -> Retrieval.metrics(rows(1, 0), rows()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 and 0");
    assertThatThrownBy(
            () -> Retrieval.metrics(Embeddings.of(1, new float[] {1, 1}), rows(1, 0, 0, 1)))
        .hasMessageContaining("widths 1 and 2");
  }
}
