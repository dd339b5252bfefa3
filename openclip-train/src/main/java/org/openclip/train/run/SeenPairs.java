package org.openclip.train.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.Trainer;
import org.openclip.train.evaluation.PairModel.Seen;
import org.openclip.train.plan.TrainingGraphs;

/**
 * The towers of a model in training, run over the trainer's own parameters.
 *
 * @param graphs whose parameters the trainer holds
 * @param trainer runs them
 * @param validation tells losses of both towers' features
 * @param contrastive the name under which the contrastive loss is told
 */
public record SeenPairs(
    TrainingGraphs graphs, Trainer trainer, Graph validation, String contrastive) {
  private static final String CAPTION = "caption_loss";

  /**
   * Embeds a batch and tells its losses.
   *
   * @param inputs of the tower of images or sounds, by name
   * @param tokens {@code int64[n, contextLength]}
   * @param shorter the same tokens, or without what no feature depends on
   */
  public Seen see(Map<String, Tensor> inputs, Tensor tokens, Tensor shorter) {
    Map<String, Tensor> known = new LinkedHashMap<>();
    known.put(Architecture.TOKENS, tokens);
    known.putAll(trainer.run(graphs.image(), inputs));
    known.putAll(text(shorter));
    Map<String, Tensor> seen = new LinkedHashMap<>();
    for (LeafOp.Input input : validation.inputs()) {
      seen.put(input.name(), Objects.requireNonNull(known.get(input.name()), input.name()));
    }
    Map<String, Tensor> told = trainer.run(validation, seen);
    Map<String, Double> losses = new LinkedHashMap<>();
    losses.put(contrastive, first(told, "contrastive_loss"));
    if (told.containsKey(CAPTION)) {
      losses.put("val_generative_loss", first(told, CAPTION));
    }
    return new Seen(
        rows(known, LossProvider.IMAGE_FEATURES), rows(known, LossProvider.TEXT_FEATURES), losses);
  }

  /** Returns the names of the losses. */
  public List<String> told() {
    return validation.outputs().containsKey(CAPTION)
        ? List.of(contrastive, "val_generative_loss")
        : List.of(contrastive);
  }

  /** Embeds images or sounds. */
  public Embeddings embed(Map<String, Tensor> inputs) {
    return rows(trainer.run(graphs.image(), inputs), LossProvider.IMAGE_FEATURES);
  }

  /** Embeds texts. */
  public Embeddings embedTexts(Tensor tokens) {
    return rows(text(tokens), LossProvider.TEXT_FEATURES);
  }

  private Map<String, Tensor> text(Tensor tokens) {
    return trainer.run(graphs.text(), Map.of(Architecture.TOKENS, tokens));
  }

  static double first(Map<String, Tensor> tensors, String output) {
    return Objects.requireNonNull(tensors.get(output), output).toFloats()[0];
  }

  private static Embeddings rows(Map<String, Tensor> tensors, String output) {
    Tensor vectors = Objects.requireNonNull(tensors.get(output), output);
    return Embeddings.of(Math.toIntExact(vectors.shape()[1]), vectors.toFloats());
  }
}
