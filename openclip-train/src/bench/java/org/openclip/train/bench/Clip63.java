package org.openclip.train.bench;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.TrainingGraphs;

/** A CLIP of 63 million parameters with its training: CLIP's loss and AdamW. */
final class Clip63 {
  static final int WIDTH = 384;
  static final int LAYERS = 12;
  static final int HEADS = 6;
  static final int EMBEDDING = 512;
  static final int SIDE = 224;
  static final int PATCH = 32;
  static final int CONTEXT = 77;
  static final int VOCABULARY = 49_408;

  static final double RATE = 1e-4;
  static final double DECAY = 0.1;
  static final AdamW OPTIMIZER = new AdamW(0.9, 0.98, 1e-6);

  private static final String CONFIG =
      """
      {
        "embed_dim": 512,
        "vision_cfg": {"image_size": 224, "layers": 12, "width": 384, "patch_size": 32},
        "text_cfg": {
          "context_length": 77, "vocab_size": 49408, "width": 384, "heads": 6, "layers": 12
        }
      }
      """;

  private final PluginRegistry plugins = PluginRegistry.create();
  private final Architecture architecture =
      Architecture.of(
          ModelConfig.of(JsonObjects.parse("config", 0, CONFIG.getBytes(StandardCharsets.UTF_8))),
          plugins);
  private final TrainingGraphs graphs =
      TrainingGraphs.of(architecture, plugins.named(LossProvider.class, "clip"), Map.of(), 0);

  PluginRegistry plugins() {
    return plugins;
  }

  TrainingPlan plan() {
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        OPTIMIZER,
        DecayGroups.rules(architecture.parameters(), DECAY, name -> false),
        Set.of(),
        Map.of(),
        Double.POSITIVE_INFINITY,
        false,
        TrainingPlan.Sharing.PLAIN,
        null);
  }

  /** Returns the weights that a training begins with, always the same. */
  Weights weights() {
    return FreshWeights.random(architecture, 1).toWeights();
  }

  /** Returns images of noise and captions that fill the context, by input. */
  static Map<String, Tensor> batch(int size) {
    Random random = new Random(7);
    float[] pixels = new float[size * 3 * SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    long[] tokens = new long[size * CONTEXT];
    for (int i = 0; i < tokens.length; i++) {
      int place = i % CONTEXT;
      tokens[i] =
          place == 0
              ? VOCABULARY - 2
              : place == CONTEXT - 1 ? VOCABULARY - 1 : random.nextInt(VOCABULARY - 2);
    }
    return Map.of(
        Architecture.PIXELS, Tensor.of(pixels, size, 3, SIDE, SIDE),
        Architecture.TOKENS, Tensor.of(tokens, size, CONTEXT));
  }
}
