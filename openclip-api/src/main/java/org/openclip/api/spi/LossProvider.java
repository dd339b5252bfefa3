package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/** A plugin that adds a loss, which is written as a graph like the towers. */
public interface LossProvider extends Provider {
  /** The name of the image features, {@code float[batch, embedDim]}, of unit length. */
  String IMAGE_FEATURES = "image_features";

  /** The name of the text features, {@code float[batch, embedDim]}, of unit length. */
  String TEXT_FEATURES = "text_features";

  /** The name of the logit scale, a scalar: the exponential of the learnt parameter. */
  String LOGIT_SCALE = "logit_scale";

  /** The name of the logit bias, a scalar; only for models that have one. */
  String LOGIT_BIAS = "logit_bias";

  /** The name of a decoder's logits, {@code float[batch, length, vocabulary]}. */
  String CAPTION_LOGITS = "caption_logits";

  /** The name of the texts' tokens, {@code int64[batch, length]}. */
  String TOKENS = "tokens";

  /**
   * The prefix of {@link #IMAGE_FEATURES}, {@link #TEXT_FEATURES} and {@link #LOGIT_SCALE} for the
   * outputs of a teacher model.
   */
  String TEACHER = "teacher_";

  /**
   * The prefix of features of all processes, {@code float[all, embedDim]}, in a distributed
   * training where each process compares its own batch with all batches. Without them a batch is
   * compared with itself.
   */
  String ALL = "all_";

  /**
   * The name of the index of this process' first row among the rows of all processes, {@code
   * int64[1]}; only together with features of {@link #ALL}.
   */
  String FIRST_ROW = "first_row";

  /**
   * The name of the texts' keys, {@code int64[batch, 1]}: equal texts have equal keys. If they are
   * given, a pair of an image and a text that belongs to another image, but is equal to the image's
   * own text, is left out of the contrastive loss. With features of {@link #ALL}, the keys of all
   * texts have that prefix, too.
   */
  String TEXT_KEYS = "text_keys";

  /** The name of the loss to minimise. */
  String LOSS = "loss";

  /**
   * Writes the graph of the loss.
   *
   * @param graph the builder of the graph that the features belong to
   * @param features the outputs of the model and the inputs of the batch, by the names above
   * @param options the options of the loss
   * @return scalars by name; {@link #LOSS} is minimised, the others are parts of it to report
   * @throws InvalidConfigException when a feature is missing, or an option is unknown or wrong
   */
  Map<String, Value> write(
      GraphBuilder graph, Map<String, Value> features, Map<String, Object> options);
}
