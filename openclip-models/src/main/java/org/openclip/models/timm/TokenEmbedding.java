package org.openclip.models.timm;

import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.image.ResizeFilter;
import org.openclip.api.tensor.Weights;
import org.openclip.models.clip.PositionalEmbeddings;

/**
 * The sequence that enters a vision transformer: a class token, registers (Darcet et al. 2023,
 * arXiv 2309.16588) and patches, with learnt positions.
 *
 * @param stem makes the patches
 * @param classToken whether a class token comes first
 * @param registers the number of registers after it
 * @param positions whether there are learnt positions
 * @param gridOnly whether only patches have them
 * @param drawn how the tokens in front are drawn
 */
record TokenEmbedding(
    PatchStem stem,
    boolean classToken,
    int registers,
    boolean positions,
    boolean gridOnly,
    Initializer drawn) {
  /** Returns the number of tokens before the patches. */
  int prefix() {
    return (classToken ? 1 : 0) + registers;
  }

  /** Returns {@code [batch, prefix + patches, width]} for {@code [batch, 3, height, width]}. */
  Value encode(GraphBuilder g, Value pixels) {
    Value x = stem.encode(g.scope("patch_embed"), pixels);
    if (positions && gridOnly) {
      x = g.plus(x, table(g, 0));
    }
    if (registers > 0) {
      x = g.concat(1, token(g, "reg_token", registers), x);
    }
    if (classToken) {
      x = g.concat(1, token(g, "cls_token", 1), x);
    }
    return positions && !gridOnly ? g.plus(x, table(g, prefix())) : x;
  }

  private Value table(GraphBuilder g, int more) {
    Initializer normal = new Initializer.Normal(0.02);
    return g.parameter("pos_embed", normal, 1, more + (long) stem.patches(), stem.width());
  }

  private Value token(GraphBuilder g, String name, int count) {
    Value token = g.parameter(name, drawn, 1, count, stem.width());
    return g.broadcast(token, Dim.BATCH, Dim.of(count), Dim.of(stem.width()));
  }

  /** Returns the rows of a sequence that are patches. */
  Value patches(GraphBuilder g, Value sequence) {
    return g.slice(sequence, 1, Dim.of(prefix()), sequence.shape().dim(1));
  }

  /** Returns weights whose positions fit the grid of the patches, interpolated bicubically. */
  Weights fit(Weights weights, String scope) {
    return fit(weights, scope, ResizeFilter.BICUBIC);
  }

  /** Returns weights whose positions fit the grid of the patches, interpolated by a filter. */
  Weights fit(Weights weights, String scope, ResizeFilter filter) {
    return PositionalEmbeddings.fitGrid(
        weights,
        scope + "pos_embed",
        gridOnly ? 0 : prefix(),
        stem.gridHeight(),
        stem.gridWidth(),
        filter);
  }
}
