package org.openclip.train.run;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;

/**
 * The teacher model of a distillation, which processes the same batches as the student. Closing it
 * closes the model.
 */
public final class Teacher implements TrainingLoop.Extras, AutoCloseable {
  private static final List<String> PROBE = List.of("A photo of two cats, 1 dog & a naïve fox.");

  private final ClipModel model;

  /**
   * Takes a model.
   *
   * @param student the model that learns
   * @param tokenizer of the student
   * @throws InvalidInputException when it takes other pictures or tokens than the student
   */
  public Teacher(ClipModel model, Architecture student, Tokenizer tokenizer) {
    this.model = model;
    Architecture own = model.architecture();
    int height = own.imageEncoder().height();
    int width = own.imageEncoder().width();
    if (height != student.imageEncoder().height() || width != student.imageEncoder().width()) {
      throw new InvalidInputException(
          "the teacher %s needs images of %s x %s pixels, but the student needs %s x %s; set --force-image-size"
              .formatted(
                  model.name(),
                  height,
                  width,
                  student.imageEncoder().height(),
                  student.imageEncoder().width()));
    }
    Tokens theirs = model.tokenizer().tokenize(PROBE);
    Tokens ours = tokenizer.tokenize(PROBE);
    if (theirs.length() != ours.length() || !Arrays.equals(theirs.toArray(), ours.toArray())) {
      throw new InvalidInputException(
          "the teacher %s has a different tokenizer or context length (%s tokens, the student %s); use a teacher with the same ones"
              .formatted(model.name(), theirs.length(), ours.length()));
    }
  }

  /** Returns the width of its features. */
  public int width() {
    return model.embedDim();
  }

  @Override
  public Map<String, Tensor> of(Map<String, Tensor> batch) {
    Tensor pixels = Objects.requireNonNull(batch.get(Architecture.PIXELS));
    Tensor tokens = Objects.requireNonNull(batch.get(Architecture.TOKENS));
    int length = Math.toIntExact(tokens.shape()[1]);
    return Map.of(
        LossProvider.TEACHER + LossProvider.IMAGE_FEATURES,
        unit(model.encodePixels(pixels)),
        LossProvider.TEACHER + LossProvider.TEXT_FEATURES,
        unit(model.encodeTokens(Tokens.of(length, tokens.toLongs()))),
        LossProvider.TEACHER + LossProvider.LOGIT_SCALE,
        Tensor.of(new float[] {model.logitScale()}, 1));
  }

  private static Tensor unit(Embeddings features) {
    return Tensor.of(features.normalised().toArray(), features.size(), features.width());
  }

  @Override
  public void close() {
    model.close();
  }
}
