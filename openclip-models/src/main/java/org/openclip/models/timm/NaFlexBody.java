package org.openclip.models.timm;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.Rotary;
import org.openclip.models.attention.ValidPatches;
import org.openclip.models.timm.TransformerBlocks.Positions;

/**
 * What a NaFlex transformer does with embedded patches: tokens in front, norms, blocks and pooling.
 *
 * @param blocks the blocks
 * @param rotary rotary positions; null for none
 * @param classToken whether a class token comes first
 * @param registers the number of registers after it
 * @param normBefore whether there is a norm before the blocks
 * @param normAfter whether there is one between the blocks and the pooling
 * @param normAfterPool whether there is one behind the pooling
 * @param pool {@code token}, {@code avg} or {@code map}
 * @param poolPrefix whether the tokens in front are pooled, too
 * @param poolHeads the number of heads of the map pooling
 * @param poolHidden the width inside its perceptron
 */
record NaFlexBody(
    TransformerBlocks blocks,
    @Nullable NaFlexRotary rotary,
    boolean classToken,
    int registers,
    boolean normBefore,
    boolean normAfter,
    boolean normAfterPool,
    String pool,
    boolean poolPrefix,
    int poolHeads,
    int poolHidden) {
  /** Returns the number of tokens before the patches. */
  int prefix() {
    return (classToken ? 1 : 0) + registers;
  }

  /**
   * Writes the graph.
   *
   * @param g a builder in the trunk's scope
   * @param patches {@code float[batch, length, width]}, embedded
   * @param coordinates {@code int64[batch or 1, length, 2]}: row and column of each patch
   * @param valid {@code bool[batch, length]}: whether there is a patch; null where all are
   * @return {@code [batch, width]}
   */
  Value encode(GraphBuilder g, Value patches, Value coordinates, @Nullable Value valid) {
    GraphBuilder embeds = g.scope("embeds");
    @Nullable ValidPatches real = valid == null ? null : new ValidPatches(valid);
    Value x = patches;
    x = registers == 0 ? x : g.concat(1, token(embeds, "reg_token", registers, x), x);
    x = classToken ? g.concat(1, token(embeds, "cls_token", 1, x), x) : x;
    x = norm(g, "norm_pre", x, normBefore);
    x = blocks.encode(g, x, positions(g, coordinates, real));
    Value pooled = pool(g, norm(g, "norm", x, normAfter), real);
    return norm(g, "fc_norm", pooled, normAfterPool);
  }

  private Value norm(GraphBuilder g, String name, Value x, boolean present) {
    return present ? Layers.layerNorm(g, name, x, blocks.epsilon()) : x;
  }

  private Value token(GraphBuilder embeds, String name, int count, Value x) {
    Value token = embeds.parameter(name, new Initializer.Normal(1e-6), 1, count, blocks.width());
    return embeds.broadcast(token, x.shape().dim(0), Dim.of(count), Dim.of(blocks.width()));
  }

  private Positions positions(GraphBuilder g, Value coordinates, @Nullable ValidPatches real) {
    @Nullable Value mask = real == null ? null : real.keyMask(g, prefix());
    if (rotary == null) {
      return mask == null ? Positions.NONE : Positions.masked(mask);
    }
    Rotary turned = rotary.at(g, coordinates, prefix());
    return mask == null
        ? Positions.turned(x -> turned.turn(g, x))
        : Positions.masked(x -> turned.turn(g, x), mask);
  }

  private Value pool(GraphBuilder g, Value x, @Nullable ValidPatches real) {
    int skipped = poolPrefix ? 0 : prefix();
    int before = prefix() - skipped;
    Value rows = g.slice(x, 1, Dim.of(skipped), x.shape().dim(1));
    return switch (pool) {
      case "token" -> g.select(x, 1, Dim.of(0));
      case "avg" -> real == null ? g.reduce(rows, Reduction.MEAN, 1) : real.mean(g, rows, before);
      default ->
          new LatentAttentionPool(poolHeads, poolHidden, blocks.gelu(), blocks.epsilon())
              .encode(g.scope("attn_pool"), rows, real == null ? null : real.keyMask(g, before));
    };
  }
}
