package org.openclip.models.timm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;

/**
 * ConvNeXt (Liu et al. 2022, arXiv 2201.03545): four stages of residual blocks at a fourth to a
 * thirty-second of the picture's size, each a wide depthwise convolution and a perceptron on every
 * pixel.
 */
final class ConvNextTrunk implements TimmTrunk {
  private static final Initializer NORMAL = new Initializer.Normal(0.02);

  private final int[] depths;
  private final int[] widths;
  private final int[] kernels;
  private final int patch;
  private final @Nullable Double layerScale;
  private final double epsilon;
  private final GeluForm gelu;
  private final boolean normBeforePool;
  private final int headHidden;
  private final double headDrop;
  private final double dropPath;
  private final GridPool pool;
  private final int classes;
  private final int poolSide;

  ConvNextTrunk(Request request, ConfigReader reader) {
    depths = TrunkOptions.stages(reader, "depths");
    widths = TrunkOptions.stages(reader, "dims", depths.length, 0);
    kernels = TrunkOptions.stages(reader, "kernel_sizes", depths.length, 7);
    patch = reader.positive("patch_size", 4);
    layerScale = request.isNull("ls_init_value") ? null : reader.number("ls_init_value", 1e-6);
    epsilon = reader.number("norm_eps", 1e-6);
    gelu = TrunkOptions.activation(reader);
    normBeforePool = reader.bool("head_norm_first", false);
    headHidden = reader.integer("head_hidden_size", 0);
    headDrop = TrunkOptions.rate(reader, "drop_rate", 0);
    dropPath = TrunkOptions.dropPath(request, reader, 0);
    pool = GridPool.of(request);
    classes = request.classes();
    poolSide = reader.integer("pool_size", 7);
    reader.ignore("head_init_scale");
    reader.finish();
    TrunkOptions.noPatchDrop(request);
    if (normBeforePool && headHidden > 0) {
      throw new InvalidConfigException(
          reader.at("head_hidden_size"), "excludes head_norm_first; leave one of them out");
    }
    TrunkOptions.atLeast(request, patch << (depths.length - 1));
  }

  @Override
  public int poolSide() {
    return poolSide;
  }

  @Override
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.stageGroups("stem", "stages", depths, "norm_pre\\..*");
  }

  @Override
  public Value encode(GraphBuilder g, Value pixels) {
    GraphBuilder stem = g.scope("stem");
    Value x = Convolutions.tiles(stem, "0", pixels, widths[0], patch, NORMAL);
    x = Convolutions.layerNorm(stem, "1", x, epsilon);
    double[][] drops = TrunkOptions.dropPaths(dropPath, depths);
    for (int stage = 0; stage < depths.length; stage++) {
      GraphBuilder scope = g.scope("stages." + stage);
      if (stage > 0) {
        GraphBuilder down = scope.scope("downsample");
        x = Convolutions.layerNorm(down, "0", x, epsilon);
        x = Convolutions.tiles(down, "1", x, widths[stage], 2, NORMAL);
      }
      for (int i = 0; i < depths[stage]; i++) {
        x = block(scope.scope("blocks." + i), x, kernels[stage], drops[stage][i]);
      }
    }
    return head(g, x);
  }

  private Value block(GraphBuilder g, Value x, int kernel, double drop) {
    int width = Math.toIntExact(x.shape().size(1));
    Value mixed = Convolutions.biased(g, "conv_dw", x, width, kernel, 1, width, NORMAL);
    Value pixels = Layers.layerNorm(g, "norm", Convolutions.channelsLast(g, mixed), epsilon);
    GraphBuilder mlp = g.scope("mlp");
    Value hidden = TransformerBlocks.linear(mlp, "fc1", pixels, 4L * width, true);
    Value branch = TransformerBlocks.linear(mlp, "fc2", g.gelu(hidden, gelu), width, true);
    if (layerScale != null) {
      branch = Layers.layerScale(g, "gamma", branch, layerScale);
    }
    return g.plus(x, g.dropPath(Convolutions.channelsFirst(g, branch), drop));
  }

  private Value head(GraphBuilder g, Value grid) {
    Value x = normBeforePool ? Convolutions.layerNorm(g, "norm_pre", grid, epsilon) : grid;
    x = pool.encode(g, Convolutions.channelsLast(g, x), 1);
    GraphBuilder head = g.scope("head");
    if (!normBeforePool) {
      x = Layers.layerNorm(head, "norm", x, epsilon);
    }
    if (pool == GridPool.NONE) {
      return unpooled(head, Convolutions.channelsFirst(g, x));
    }
    if (headHidden > 0) {
      GraphBuilder before = head.scope("pre_logits");
      x = g.gelu(TransformerBlocks.linear(before, "fc", x, headHidden, true), GeluForm.ERF);
    }
    x = g.dropout(x, headDrop);
    return classes == 0 ? x : TransformerBlocks.linear(head, "fc", x, classes, true);
  }

  /** Writes the head on every pixel, whose hidden layer then is a convolution. */
  private Value unpooled(GraphBuilder head, Value x) {
    if (headHidden == 0) {
      return x;
    }
    GraphBuilder before = head.scope("pre_logits");
    Value hidden = Convolutions.biased(before, "fc", x, headHidden, 1, 1, 1, NORMAL);
    return head.gelu(hidden, GeluForm.ERF);
  }
}
