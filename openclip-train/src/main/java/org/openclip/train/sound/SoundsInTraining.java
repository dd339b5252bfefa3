package org.openclip.train.sound;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.api.training.Trainer;
import org.openclip.train.plan.ShortTexts;
import org.openclip.train.plan.SoundGraphs;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.MeasuredModel;
import org.openclip.train.run.SeenPairs;

/**
 * A model of sounds and texts with its current weights between two training steps. It runs over the
 * trainer's own parameters, and changes none. Its features have unit length.
 */
public final class SoundsInTraining implements MeasuredModel {
  private final ClapArchitecture architecture;
  private final SeenPairs pairs;
  private final Tokenizer tokenizer;
  private final int batchSize;

  /**
   * Looks at a trainer.
   *
   * @param graphs whose parameters the trainer holds
   * @param plugins with the loss that a validation tells
   * @param batchSize how many texts run at once
   */
  public SoundsInTraining(
      ClapArchitecture architecture,
      TrainingGraphs graphs,
      Trainer trainer,
      Tokenizer tokenizer,
      PluginRegistry plugins,
      int batchSize) {
    this.architecture = architecture;
    this.tokenizer = tokenizer;
    this.batchSize = batchSize;
    this.pairs =
        new SeenPairs(
            graphs,
            trainer,
            new SoundGraphs(architecture).validation(graphs, plugins),
            "audio_val_loss");
  }

  @Override
  public String kind() {
    return "audio";
  }

  @Override
  public List<String> told() {
    return pairs.told();
  }

  @Override
  public int embedDim() {
    return architecture.config().embedDim();
  }

  @Override
  public Seen see(Map<String, Tensor> sounds, Tensor tokens) {
    return pairs.see(sounds, tokens, shortened(tokens));
  }

  @Override
  public Embeddings embed(Map<String, Tensor> sounds) {
    return pairs.embed(sounds);
  }

  @Override
  public Embeddings encodeTexts(List<String> texts) {
    List<Embeddings> parts = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += batchSize) {
      int to = Math.min(texts.size(), from + batchSize);
      Tokens tokens = tokenizer.tokenize(texts.subList(from, to));
      parts.add(
          pairs.embedTexts(shortened(Tensor.of(tokens.toArray(), tokens.size(), tokens.length()))));
    }
    return Embeddings.concat(parts);
  }

  private Tensor shortened(Tensor tokens) {
    return ShortTexts.cut(architecture.textEncoder(), tokens);
  }
}
