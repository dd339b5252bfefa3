package org.openclip.models.timm;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.image.ResizeFilter;

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

  /** Returns the filter that interpolates positions. */
  static ResizeFilter interpolation(ConfigReader reader) {
    List<String> modes = List.of("bicubic", "bilinear");
    return reader.choice("pos_embed_interp_mode", "bicubic", modes).equals("bilinear")
        ? ResizeFilter.BILINEAR
        : ResizeFilter.BICUBIC;
  }

  /** Returns {@code num_heads}, which must divide the width. */
  static int heads(ConfigReader reader, int width, int otherwise) {
    int heads = reader.positive("num_heads", otherwise);
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
          "is map, which " + request.name() + " does not support with a timm_proj; use " + own);
    }
    return pool;
  }

  /** Returns a number for each stage, or one for all of them. */
  static int[] stages(ConfigReader reader, String key, int count, int otherwise) {
    if (!(reader.value(key) instanceof List<?>)) {
      int[] same = new int[count];
      Arrays.fill(same, reader.positive(key, otherwise));
      return same;
    }
    int[] numbers = stages(reader, key);
    if (numbers.length != count) {
      throw new InvalidConfigException(
          reader.at(key), "has %s numbers for %s stages".formatted(numbers.length, count));
    }
    return numbers;
  }

  /** Returns a number for each stage, all of them at least 1. */
  static int[] stages(ConfigReader reader, String key) {
    double[] numbers = reader.numbers(key);
    if (numbers == null || numbers.length == 0) {
      throw new InvalidConfigException(reader.at(key), "must list a number for each stage");
    }
    for (double number : numbers) {
      if (number < 1 || number != (int) number) {
        throw new InvalidConfigException(
            reader.at(key), "has " + number + ", but each must be an integer of at least 1");
      }
    }
    return Arrays.stream(numbers).mapToInt(number -> (int) number).toArray();
  }

  /** Returns the share of what training leaves out, from 0 to below 1. */
  static double rate(ConfigReader reader, String key, double otherwise) {
    double rate = reader.number(key, otherwise);
    if (!(rate >= 0 && rate < 1)) {
      throw new InvalidConfigException(
          reader.at(key), "is " + rate + ", but must be from 0 to below 1");
    }
    return rate;
  }

  /**
   * Returns the rate of dropped residual branches in the last block.
   *
   * @param own the model's own, for a configuration that gives none
   */
  static double dropPath(TimmTrunk.Request request, ConfigReader reader, double own) {
    Double asked = request.dropPath();
    return rate(reader, "drop_path_rate", asked == null ? own : asked);
  }

  /** Refuses patch dropout for a trunk that has no list of patches. */
  static void noPatchDrop(TimmTrunk.Request request) {
    if (request.patchDrop() > 0) {
      throw new InvalidConfigException(
          "vision_cfg.patch_dropout", "is not supported for " + request.name() + "; set it to 0");
    }
  }

  /**
   * Returns the rates of dropped residual branches by stage and block, which grow linearly over all
   * blocks.
   *
   * @param last the rate of the last block
   * @param depths the number of blocks of each stage
   */
  static double[][] dropPaths(double last, int[] depths) {
    int steps = Math.max(1, Arrays.stream(depths).sum() - 1);
    double[][] rates = new double[depths.length][];
    int block = 0;
    for (int stage = 0; stage < depths.length; stage++) {
      rates[stage] = new double[depths[stage]];
      for (int i = 0; i < depths[stage]; i++) {
        rates[stage][i] = last * block++ / steps;
      }
    }
    return rates;
  }

  /** Refuses pictures of which the last stage would see less than one pixel. */
  static void atLeast(TimmTrunk.Request request, int pixels) {
    if (Math.min(request.height(), request.width()) < pixels) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is %s x %s, but each side must be at least %s"
              .formatted(request.height(), request.width(), pixels));
    }
  }
}
