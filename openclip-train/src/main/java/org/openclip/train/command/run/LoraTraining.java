package org.openclip.train.command.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.LowRank;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.adapter.AdapterTraits;
import org.openclip.hub.adapter.Adapters;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.model.FreshWeights;
import org.openclip.train.run.Checkpoint;

/**
 * The adapters of a training. They alone learn, are saved and have an optimizer state; the model's
 * own parameters and running statistics stay as they are.
 *
 * @param lora their rank, alpha and targets
 * @param parameters their parameters by name
 */
public record LoraTraining(LowRank lora, Map<String, Parameter> parameters) {
  /** Copies the map. */
  public LoraTraining {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Returns the adapters of a model.
   *
   * @param towers the graphs without adapters
   */
  static LoraTraining of(LowRank lora, List<Graph> towers) {
    Map<String, Parameter> parameters = new TreeMap<>();
    for (Graph tower : towers) {
      lora.parameters(tower).forEach(p -> parameters.put(p.name(), p));
    }
    return new LoraTraining(lora, parameters);
  }

  /**
   * Returns what a checkpoint says about the adapters.
   *
   * @param base the model's own weights, under the architecture's names
   * @param model the name of the model and its weights, for messages
   */
  AdapterTraits traits(Weights base, String model) {
    return new AdapterTraits(lora, model, AdapterTraits.fingerprint(base));
  }

  /**
   * Returns the learning rate factor of each adapter: that of its matrix.
   *
   * @param rates factors by the names of the model's parameters
   */
  Map<String, Double> rates(Map<String, Double> rates) {
    Map<String, Double> own = new TreeMap<>();
    for (String target : lora.targets()) {
      Double rate = rates.get(target);
      if (rate != null) {
        own.put(LowRank.down(target), rate);
        own.put(LowRank.up(target), rate);
      }
    }
    return own;
  }

  /**
   * Returns the weights with which a training begins or goes on.
   *
   * @param base the model's own weights
   * @param traits what the checkpoint must say about the adapters
   * @param seed of the adapters, when it begins
   * @param resumed where it goes on; null when it begins
   */
  Weights start(
      Weights base,
      AdapterTraits traits,
      long seed,
      @Nullable Checkpoint resumed,
      PluginRegistry plugins) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    base.names().forEach(name -> all.put(name, base.get(name)));
    if (resumed == null) {
      Weights fresh = FreshWeights.random(parameters, seed).toWeights();
      fresh.names().forEach(name -> all.put(name, fresh.get(name)));
      return Weights.of(all);
    }
    try (Adapters saved = Adapters.open(resumed.folder(), plugins)) {
      saved.traits().checkSame(saved.file().toString(), traits);
      for (String name : saved.weights().names()) {
        Tensor tensor = saved.weights().get(name);
        all.put(name, Tensor.of(tensor.toFloats(), tensor.shape()));
      }
    }
    return Weights.of(all);
  }

  /**
   * Returns the model with the adapters merged into it.
   *
   * @param trained the model's own weights and those of the adapters
   */
  Weights merged(Weights trained) {
    return lora.merged(trained, trained);
  }

  /** Checks that a checkpoint holds adapters, or that it holds none. */
  static void checkKind(@Nullable Checkpoint resumed, boolean adapters) {
    if (resumed != null && adapters != Adapters.isThere(resumed.folder())) {
      throw new UsageException(
          adapters
              ? "the checkpoint %s holds a whole model and no adapters; start from it with --pretrained"
                  .formatted(resumed.folder())
              : "the checkpoint %s holds adapters only; give the --lora flags of its training"
                  .formatted(resumed.folder()));
    }
  }

  /** Returns what is said of the adapters, in a line. */
  public String note() {
    long count = parameters.values().stream().mapToLong(p -> p.shape().count().size()).sum();
    return "%s adapters of rank %s train %s parameters; the model's own stay"
        .formatted(lora.targets().size(), lora.rank(), count);
  }
}
