package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;
import org.openclip.testkit.Fixtures;

/** ONNX Runtime and TensorFlow in one process answer alike, from the picture file to the label. */
@Tag("full")
class BackendsAgreeTest {
  private static final List<String> TEXTS = List.of("a diagram", "a dog", "a cat in the snow");
  private static final List<Path> PICTURES =
      List.of("cat.png", "cat-small.png").stream()
          .map(name -> Fixtures.path("preprocess/images/" + name))
          .toList();

  /** What a model answered: rows of pictures and of texts, and the probabilities of the texts. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody asks whether two are equal.
  private record Answers(Embeddings images, Embeddings texts, float[][] probabilities) {
    static Answers of(ClipModel model) {
      Embeddings images = model.encodeImages(PICTURES);
      Embeddings texts = model.encodeTexts(TEXTS);
      return new Answers(images, texts, model.probabilities(images, texts));
    }
  }

  private static ModelBuilder builder(String backend) {
    return OpenClip.model("ViT-S-32-alt").backend(backend);
  }

  @Test
  void theSamePicturesAndTextsHaveTheSameVectors() {
    Weights weights = FreshWeights.hash(builder("onnx").architecture()).toWeights();
    // Both are open at once, as in a program that compares them.
    try (ClipModel onnx = builder("onnx").weights(weights).load();
        ClipModel tf = builder("tf").weights(weights).load()) {
      Answers ours = Answers.of(onnx);
      Answers theirs = Answers.of(tf);

      assertAlike("pictures", ours.images(), theirs.images());
      assertAlike("texts", ours.texts(), theirs.texts());
      for (int i = 0; i < PICTURES.size(); i++) {
        assertThat(theirs.probabilities()[i])
            .containsExactly(ours.probabilities()[i], within(1e-4f));
      }
    }
  }

  private static void assertAlike(String what, Embeddings a, Embeddings b) {
    assertThat(b.size()).isEqualTo(a.size()).isPositive();
    for (int i = 0; i < a.size(); i++) {
      double dot = 0;
      double first = 0;
      double second = 0;
      double apart = 0;
      float[] row = a.row(i);
      for (int j = 0; j < row.length; j++) {
        double other = b.row(i)[j];
        dot += row[j] * other;
        first += row[j] * row[j];
        second += other * other;
        apart += (row[j] - other) * (row[j] - other);
      }
      assertThat(dot / Math.sqrt(first * second)).as("cosine of " + what).isGreaterThan(1 - 1e-7);
      assertThat(Math.sqrt(apart / first)).as("distance of " + what).isLessThan(5e-5);
    }
  }
}
