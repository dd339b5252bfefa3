package org.openclip.models.timm;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.NeuralOp.GeluForm;

/** What all of timm's transformers check about their options. */
final class TrunkOptions {
  /** The poolings of a transformer. */
  static final List<String> POOLS = List.of("token", "avg", "max", "avgmax", "map", "");

  private static final Map<String, GeluForm> ACTIVATIONS =
      Map.of("gelu", GeluForm.ERF, "gelu_tanh", GeluForm.TANH, "quick_gelu", GeluForm.QUICK);

  private TrunkOptions() {}

  /** Returns the activation that {@code act_layer} names. */
  static GeluForm activation(ConfigReader reader) {
    List<String> known = ACTIVATIONS.keySet().stream().sorted().toList();
    String name = reader.choice("act_layer", "gelu", known);
    return ACTIVATIONS.getOrDefault(name, GeluForm.ERF);
  }

  /** Returns an integer that must be at least 1. */
  static int positive(ConfigReader reader, String key, int otherwise) {
    int value = reader.integer(key, otherwise);
    if (value < 1) {
      throw new InvalidConfigException(reader.at(key), "is " + value + ", but must be at least 1");
    }
    return value;
  }

  /** Returns {@code num_heads}, which must divide the width. */
  static int heads(ConfigReader reader, int width, int otherwise) {
    int heads = positive(reader, "num_heads", otherwise);
    if (width % heads != 0) {
      throw new InvalidConfigException(
          reader.at("num_heads"), "is " + heads + ", which does not divide the width " + width);
    }
    return heads;
  }

  /** Returns the pooling that a trunk is created with. */
  static String createdPool(TimmTrunk.Request request, String own) {
    String pool = request.pool();
    return request.created() && pool != null ? pool : own;
  }

  /** Returns the pooling of a trunk, which must be one that the model can have. */
  static String pool(TimmTrunk.Request request, String own) {
    String pool = request.pool() == null ? own : request.pool();
    if (!POOLS.contains(pool)) {
      throw new InvalidConfigException(
          "vision_cfg.timm_pool", "'" + pool + "' is not one of " + String.join(", ", POOLS));
    }
    if (pool.equals("map") && !request.created() && !own.equals("map")) {
      throw new InvalidConfigException(
          "vision_cfg.timm_pool",
          "is map, which " + request.name() + " does not have beside a timm_proj; use " + own);
    }
    return pool;
  }
}
