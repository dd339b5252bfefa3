package org.openclip.api.graph;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.Binary;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.Linear;

/** Derives a {@link DenseGraph}. */
final class DenseDerivation {
  private final Graph graph;
  private final Value features;
  private final Dependence fromImage;
  private final PoolingSite site;
  private final PatchRows patches;
  private final GraphCopy copy;

  /** The attention that pools; null for other poolings. */
  private final @Nullable Attention pool;

  /** What is pooled: one row for each patch, after class tokens and registers. */
  private final Value pooled;

  /** For each value that follows the pooling, the same of each patch. */
  private final Map<Integer, Value> ofPatches = new HashMap<>();

  /** The value that the rows of patches stand for. */
  private final Value anchor;

  DenseDerivation(Graph graph, Value features) {
    this.graph = graph;
    this.features = features;
    fromImage = Dependence.on(graph, node -> node.op() instanceof LeafOp.Input);
    site = PoolingSite.of(graph, fromImage, features);
    patches = new PatchRows(graph, fromImage, input(graph));
    copy = new GraphCopy(graph);
    // Backends learn the sizes of symbolic dimensions from the inputs, so these come first.
    graph.nodes().stream().filter(n -> n.op() instanceof LeafOp.Input).forEach(copy::copy);
    Node node = site.attention();
    pool = node == null ? null : (Attention) node.op();
    // A learnt query has no row for each patch, so the values that it mixes are taken.
    boolean learnt = pool != null && !fromImage.holds(pool.query());
    pooled = learnt ? Objects.requireNonNull(pool).value() : site.source();
    anchor = learnt ? Objects.requireNonNull(node).value() : site.source();
  }

  private static Value input(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof LeafOp.Input)
        .findFirst()
        .orElseThrow(() -> new NotDenseException("it has no input"))
        .value();
  }

  DenseGraph derive(DenseForm form) {
    Node mixing = mixing();
    copy.copyAll(pooled);
    Value rows = copy.of(pooled);
    if (mixing != null && form != DenseForm.TOKENS) {
      rows = new LastMixing(graph, fromImage, mixing.value(), form, copy).of(pooled);
    }
    ofPatches.put(anchor.id(), patches(rows, pooled));
    Value tokens = tokens();
    GraphBuilder g = copy.builder();
    copy.copyAll(tokens);
    g.output(DenseGraph.TOKENS, patches(copy.of(tokens), tokens));
    g.output(DenseGraph.FEATURES, ofPatches(features));
    Attention last = pool != null ? pool : mixing == null ? null : (Attention) mixing.op();
    if (last != null && (site.row() >= 0 || site.mean())) {
      g.output(DenseGraph.ATTENTION, weights(last));
    }
    boolean grid = pooled.shape().rank() == 4;
    return new DenseGraph(
        g.build(), grid ? patches.grid(pooled, site.rowAxis()) : patches.grid(tokens));
  }

  private Op op(Value value) {
    return graph.nodes().get(value.id()).op();
  }

  /** Returns the last attention in front of the pooling, when it mixes the patches; else null. */
  private @Nullable Node mixing() {
    BitSet needed = new BitSet();
    needed.set(pooled.id());
    for (Node node : graph.nodes().subList(0, pooled.id() + 1).reversed()) {
      if (needed.get(node.value().id())) {
        if (node.op() instanceof Attention attention) {
          return mixesPatches(attention) ? node : null;
        }
        node.op().inputs().forEach(input -> needed.set(input.id()));
      }
    }
    return null;
  }

  private boolean mixesPatches(Attention a) {
    Shape shape = pooled.shape();
    Dim count =
        shape.rank() == 4
            ? shape.dim(site.rowAxis()).times(shape.dim(site.rowAxis() + 1))
            : shape.dim(1).plus(-patches.start(pooled));
    Dim keys = a.key().shape().dim(1);
    return fromImage.holds(a.query())
        && !a.causal()
        && a.key().shape().dim(0).equals(Dim.BATCH)
        && keys.equals(a.query().shape().dim(1))
        && keys.plus(-patches.start(a.value())).equals(count);
  }

  /** Returns the value of the original with the tower's tokens. */
  private Value tokens() {
    if (pool == null) {
      return pooled;
    }
    Value at = pool.value();
    while (true) {
      Op op = op(at);
      List<Value> inputs = op.inputs().stream().filter(fromImage::holds).toList();
      boolean projects = op instanceof Linear || op instanceof Slice || op instanceof Binary;
      if (!projects || inputs.size() != 1) {
        return at;
      }
      at = inputs.getFirst();
    }
  }

  /**
   * Returns the rows of patches.
   *
   * @param rows a value of the copy
   * @param original what it stands for
   * @return {@code [batch, patches, width]}
   */
  private Value patches(Value rows, Value original) {
    GraphBuilder g = copy.builder();
    Shape shape = rows.shape();
    if (shape.rank() == 3) {
      int start = patches.start(original);
      return start == 0 ? rows : g.slice(rows, 1, Dim.of(start), shape.dim(1));
    }
    Dim count = shape.dim(site.rowAxis()).times(shape.dim(site.rowAxis() + 1));
    return site.rowAxis() == 1
        ? g.reshape(rows, shape.dim(0), count, shape.dim(3))
        : g.transpose(g.reshape(rows, shape.dim(0), shape.dim(1), count), 0, 2, 1);
  }

  /** Returns what a value that follows the pooling is for each patch. */
  private Value ofPatches(Value value) {
    Value known = ofPatches.get(value.id());
    if (known != null) {
      return known;
    }
    Op op = op(value);
    Value before = site.pooled(op);
    if (!fromImage.holds(value)) {
      copy.copyAll(value);
      known = copy.of(value);
    } else if (before != null) {
      known = ofPatches(before);
    } else {
      known = copy.builder().add(new Rewiring(this::ofPatches).of(op));
    }
    ofPatches.put(value.id(), known);
    return known;
  }

  private Value weights(Attention last) {
    last.inputs().forEach(copy::copyAll);
    AttentionWeights weights = new AttentionWeights(last, copy);
    boolean learnt = !fromImage.holds(last.query());
    int before = learnt ? 0 : patches.start(last.value()) - patches.start(site.source());
    Value all = site.row() >= 0 ? weights.of(site.row() + before) : weights.mean(before);
    int start = patches.start(last.value());
    return start == 0 ? all : copy.builder().slice(all, 2, Dim.of(start), all.shape().dim(2));
  }
}
