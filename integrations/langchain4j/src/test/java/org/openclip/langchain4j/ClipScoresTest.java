package org.openclip.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.store.embedding.RelevanceScore;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;

/** Scores of langchain4j and numbers of CLIP. */
class ClipScoresTest {
  @Test
  void aScoreIsLangchain4js() {
    for (double cosine : new double[] {-1, -0.3, 0, 0.25, 1}) {
      assertThat(ClipScores.ofCosine(cosine))
          .isEqualTo(RelevanceScore.fromCosineSimilarity(cosine));
      assertThat(ClipScores.cosine(ClipScores.ofCosine(cosine))).isCloseTo(cosine, within(1e-12));
    }
    assertThatThrownBy(() -> ClipScores.ofCosine(1.1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> ClipScores.cosine(Double.NaN))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void onlyModelsThatJudgePairsHaveAProbabilityForAScore() {
    try (ClipModel model = OpenClip.load()) {
      assertThatThrownBy(() -> ClipScores.ofProbability(model, 0.5))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("softmax");
    }
    // Scale and bias of SigLIP's published models.
    ClipModel siglip = numbers(Map.of("sigmoid", true, "logitScale", 117f, "logitBias", -12.9f));
    double score = ClipScores.ofProbability(siglip, 0.5);
    assertThat(ClipScores.cosine(score)).isCloseTo(12.9 / 117, within(1e-6));
    assertThat(ClipScores.ofProbability(siglip, 0.9)).isGreaterThan(score);
  }

  /** A model of which nothing but these numbers is asked. */
  private static ClipModel numbers(Map<String, Object> numbers) {
    return (ClipModel)
        Proxy.newProxyInstance(
            ClipModel.class.getClassLoader(),
            new Class<?>[] {ClipModel.class},
            (proxy, method, arguments) -> numbers.get(method.getName()));
  }
}
