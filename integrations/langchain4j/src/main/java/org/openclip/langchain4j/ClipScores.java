package org.openclip.langchain4j;

import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;

/**
 * Conversions between langchain4j's scores and what CLIP's numbers mean.
 *
 * <p>A score, such as {@code minScore}, is {@code (cosine + 1) / 2}. A picture and a text that fits
 * it have a cosine of 0.2 to 0.4 in most models, and one that does not fit 0 to 0.2, so scores lie
 * near 0.6 whatever is compared. The bound between the two is the model's own: measure it.
 */
public final class ClipScores {
  private ClipScores() {}

  /**
   * Returns the score of a cosine.
   *
   * @param cosine from -1 to 1
   */
  public static double ofCosine(double cosine) {
    if (!(cosine >= -1 && cosine <= 1)) {
      throw new InvalidInputException("the cosine is " + cosine + ", but must be from -1 to 1");
    }
    return (cosine + 1) / 2;
  }

  /**
   * Returns the cosine of a score.
   *
   * @param score from 0 to 1
   */
  public static double cosine(double score) {
    if (!(score >= 0 && score <= 1)) {
      throw new InvalidInputException("the score is " + score + ", but must be from 0 to 1");
    }
    return 2 * score - 1;
  }

  /**
   * Returns the score from which a model that judges each pair by itself, as SigLIP does, finds a
   * text at least so probable for a picture; 0 or 1 when all pairs or none are.
   *
   * @param probability between 0 and 1
   * @throws InvalidInputException when the model compares the texts with each other (CLIP's
   *     softmax), so that no score has a probability of its own
   */
  public static double ofProbability(ClipModel model, double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new InvalidInputException(
          "the probability is " + probability + ", but must be between 0 and 1");
    }
    if (!model.sigmoid()) {
      throw new InvalidInputException(
          model.name()
              + " has no probability for a single pair: its softmax compares texts with each"
              + " other. Use ratio() for differences of scores, or a SigLIP model");
    }
    double logit = Math.log(probability / (1 - probability));
    double cosine = (logit - model.logitBias()) / model.logitScale();
    return ofCosine(Math.clamp(cosine, -1, 1));
  }

  /**
   * Returns how many times as probable the model finds one text as another for the same picture, by
   * their scores: {@code exp(logitScale · (cosine - other cosine))}.
   */
  public static double ratio(ClipModel model, double score, double otherScore) {
    return Math.exp(model.logitScale() * (cosine(score) - cosine(otherScore)));
  }
}
