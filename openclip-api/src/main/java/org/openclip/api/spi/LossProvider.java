package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/** A plugin that brings a training objective, written as a graph like the towers. */
public interface LossProvider extends Provider {
  /** The name of the pictures' features, {@code float[batch, embedDim]}, of unit length. */
  String IMAGE_FEATURES = "image_features";

  /** The name of the texts' features, {@code float[batch, embedDim]}, of unit length. */
  String TEXT_FEATURES = "text_features";

  /** The name of the factor of the cosines, a scalar: the exponential of the learnt number. */
  String LOGIT_SCALE = "logit_scale";

  /** The name of what is added to the logits, a scalar; only of models that have it. */
  String LOGIT_BIAS = "logit_bias";

  /** The name of a decoder's logits, {@code float[batch, length, vocabulary]}. */
  String CAPTION_LOGITS = "caption_logits";

  /** The name of the texts' tokens, {@code int64[batch, length]}. */
  String TOKENS = "tokens";

  /**
   * What stands before {@link #IMAGE_FEATURES}, {@link #TEXT_FEATURES} and {@link #LOGIT_SCALE} in
   * the names of what a teacher yields.
   */
  String TEACHER = "teacher_";

  /**
   * What stands before the names of features of all workers, {@code float[all, embedDim]}, where
   * several train together and each compares its own batch with everyone's; without them a batch is
   * compared with itself.
   */
  String ALL = "all_";

  /**
   * The name of the place of this worker's first row among those of all, {@code int64[1]}; only
   * beside features of {@link #ALL}.
   */
  String FIRST_ROW = "first_row";

  /** The name of what is minimised. */
  String LOSS = "loss";

  /**
   * Writes the loss.
   *
   * @param graph the builder of the graph that the features belong to
   * @param features what the model and the batch offer, by the names above
   * @param options the loss's own options
   * @return scalars by name; {@link #LOSS} is the one to minimise, others are parts of it to report
   * @throws InvalidConfigException when a feature is missing, or an option is unknown or wrong
   */
  Map<String, Value> write(
      GraphBuilder graph, Map<String, Value> features, Map<String, Object> options);
}
