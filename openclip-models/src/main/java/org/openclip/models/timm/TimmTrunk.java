package org.openclip.models.timm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;

/** The part of an image tower that timm brings: it writes its graph under {@code trunk}. */
interface TimmTrunk {
  /**
   * Writes the trunk with its own pooling and classifier.
   *
   * @param g a builder in the trunk's scope, such as {@code visual.trunk}
   * @param pixels {@code float[batch, 3, height, width]}, NCHW, normalised
   * @return {@code [batch, classes]} if a classifier was asked for, else {@code [batch, features]};
   *     with the pool {@code ""} what lies before pooling, {@code [batch, rows, features]} of a
   *     transformer or {@code [batch, features, rows, columns]} of a convolutional net
   */
  Value encode(GraphBuilder g, Value pixels);

  /**
   * Returns the side of the grid of features that timm notes for the model, which an attention pool
   * behind it has positions for; 0 when the features are no grid {@code [batch, features, rows,
   * columns]} before pooling.
   */
  default int poolSide() {
    return 0;
  }

  /**
   * Returns the trunk's parameters in groups as timm divides them, from the input to the output,
   * but for those behind its blocks, which are the last group.
   */
  List<LayerGroup> layerGroups();

  /**
   * Returns the groups of a transformer: its norms before and behind the blocks both belong to the
   * last block.
   *
   * @param stem the pattern of what comes before the blocks
   */
  static List<LayerGroup> transformerGroups(String stem, int blocks) {
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of("stem", stem));
    groups.addAll(LayerGroup.blocks("blocks", blocks, "norm.*"));
    return groups;
  }

  /**
   * Returns the groups of a net of stages: what begins a stage belongs to its first block.
   *
   * @param stem the scope of what comes before the stages
   * @param stages the scope of the stages
   * @param depths the number of blocks of each stage
   * @param last patterns of what else belongs to the last block
   */
  static List<LayerGroup> stageGroups(String stem, String stages, int[] depths, String... last) {
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of("stem", stem + "\\..*"));
    for (int stage = 0; stage < depths.length; stage++) {
      String scope = stages + "\\." + stage + "\\.";
      for (int i = 0; i < depths[stage]; i++) {
        List<String> patterns = new ArrayList<>();
        patterns.add(scope + "blocks\\." + i + "\\..*");
        if (i == 0) {
          patterns.add(scope + "(downsample|pos_emb)\\..*");
        }
        if (stage == depths.length - 1 && i == depths[stage] - 1) {
          patterns.addAll(List.of(last));
        }
        groups.add(LayerGroup.of("stage." + stage + "." + i, patterns.toArray(String[]::new)));
      }
    }
    return groups;
  }

  /**
   * Returns weights fitted to this trunk's picture size.
   *
   * @param weights the weights of a checkpoint
   * @param prefix the trunk's scope with its dot, such as {@code visual.trunk.}
   */
  default Weights fit(Weights weights, String prefix) {
    return weights;
  }

  /**
   * What a trunk is made from.
   *
   * @param name timm's name of the model
   * @param height the height of the pictures, in pixels
   * @param width the width of the pictures, in pixels
   * @param pool the pooling; null for the model's own
   * @param created whether the model is created with this pooling, rather than with its own and
   *     changed afterwards (which decides what norms it gets)
   * @param classes the width of the trunk's own classifier; 0 for none
   * @param dropPath the rate of dropped residual branches in training; null for the model's own
   * @param patchDrop the rate of dropped patches in training
   * @param options {@code timm_model_kwargs}
   */
  record Request(
      String name,
      int height,
      int width,
      @Nullable String pool,
      boolean created,
      int classes,
      @Nullable Double dropPath,
      double patchDrop,
      Map<String, Object> options) {
    /** Returns whether an option is there but null, which switches off what it describes. */
    boolean isNull(String key) {
      return options.containsKey(key) && options.get(key) == null;
    }
  }
}
