package org.openclip.hub.checkpoint;

import java.util.Set;
import org.openclip.api.InvalidInputException;

/**
 * Rejects weights whose activation function is ambiguous. A model with GELU takes weights that were
 * trained with QuickGELU without any error, and answers a little worse for ever.
 */
public final class ActivationCheck {
  /** Facts that only the archives which OpenAI published keep among their tensors. */
  static final Set<String> OPENAI = Set.of("input_resolution", "context_length", "vocab_size");

  private static final String TEXT = "text_model.encoder.layers.0.mlp.fc1.weight";

  /** The mark of CLIP's picture tower: SigLIP's has no norm before its blocks. */
  private static final String VISION = "vision_model.pre_layrnorm.weight";

  private ActivationCheck() {}

  /**
   * Compares weights with a model that was named without a word on its activation, which is GELU.
   *
   * @param checkpoint the weights' name, for messages
   * @param names the names of the tensors
   * @param model the model's name, for messages
   * @throws InvalidInputException when they were, or may have been, trained with QuickGELU
   */
  public static void plain(String checkpoint, Set<String> names, String model) {
    String remedy = "set quick_gelu (--set quick_gelu=%s, ModelBuilder.override)";
    if (names.containsAll(OPENAI)) {
      throw new InvalidInputException(
          "%s is an OpenAI checkpoint, trained with QuickGELU, but %s uses GELU; use %s-quickgelu if it exists, or "
                  .formatted(checkpoint, model, model)
              + remedy.formatted("true"));
    }
    if (names.contains(TEXT) && names.contains(VISION)) {
      throw new InvalidInputException(
          "%s is a Hugging Face transformers checkpoint, whose tensors do not show whether it uses GELU or QuickGELU; put its config.json into the same folder, or "
                  .formatted(checkpoint)
              + remedy.formatted("true or false"));
    }
  }
}
