package org.openclip.api.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.ArithmeticOp.Binary;
import org.openclip.api.graph.ArithmeticOp.Cast;
import org.openclip.api.graph.ArithmeticOp.Clamp;
import org.openclip.api.graph.ArithmeticOp.Unary;
import org.openclip.api.graph.LayoutOp.Concat;
import org.openclip.api.graph.LayoutOp.Reshape;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.Embedding;
import org.openclip.api.graph.NeuralOp.Gelu;
import org.openclip.api.graph.NeuralOp.L2Normalize;
import org.openclip.api.graph.NeuralOp.LayerNorm;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.MatMul;
import org.openclip.api.graph.NeuralOp.RmsNorm;
import org.openclip.api.graph.TrainingOp.DropPath;
import org.openclip.api.graph.TrainingOp.Dropout;

/**
 * Splits an autoregressive graph into a part that runs once and a part that runs for each token
 * (Pope et al. 2022, arXiv 2211.05102). The keys and values of causal attention are cached from
 * step to step, so that a step computes one row of each sequence.
 *
 * <p>The graph has an input of tokens, {@code int64[batch, length]}, and outputs with a row for
 * each token, {@code [batch, length, …]}. The graph must compute its rows independently, except in
 * causal attention. Values that depend on the tokens without attention, such as a mask, are
 * computed as a whole in each step.
 */
public final class Incremental {
  /** The number of tokens before the one that a step is about, which is the last so far. */
  private static final Dim PAST = Dim.LENGTH.plus(-1);

  private static final Dim ONE = Dim.of(1);

  private final Graph graph;
  private final GraphBuilder step;
  private final GraphCopy once;

  /** For each value, whether it depends on the tokens. */
  private final boolean[] fromTokens;

  /** For each value, whether it depends on another input. */
  private final boolean[] fromOthers;

  private final Map<Integer, Value> wholes = new HashMap<>();
  private final Map<Integer, Value> rows = new HashMap<>();
  private final Map<String, Value> kept = new LinkedHashMap<>();
  private final List<Cache> caches = new ArrayList<>();

  /**
   * A cached tensor that a step reads and writes.
   *
   * @param past the input, {@code float[batch, length - 1, width]}; of no rows for the first token
   * @param present the output, {@code float[batch, length, width]}: the next step's past
   * @param width of each row
   */
  public record Cache(String past, String present, long width) {}

  /**
   * The two parts of a graph.
   *
   * @param once from the inputs other than the tokens to what all steps read, under the names of
   *     the step's inputs
   * @param step from the tokens so far, {@code int64[batch, length]}, to the row of the last token
   *     of each output, {@code [batch, 1, …]}, and the caches
   * @param caches of the step
   */
  public record Steps(Graph once, Graph step, List<Cache> caches) {
    /** Copies the list. */
    public Steps {
      caches = List.copyOf(caches);
    }
  }

  /** Says that a graph does not qualify. */
  private static final class NotIncrementalException extends OpenClipException {
    private static final long serialVersionUID = 1;

    NotIncrementalException() {
      super("a row of this graph cannot be computed without recomputing other rows");
    }
  }

  private Incremental(Graph graph, String tokens) {
    this.graph = graph;
    this.step = new GraphBuilder(graph.name() + " step");
    this.once = new GraphCopy(graph);
    this.fromTokens = new boolean[graph.nodes().size()];
    this.fromOthers = new boolean[graph.nodes().size()];
    for (Node node : graph.nodes()) {
      int id = node.value().id();
      for (Value input : node.op().inputs()) {
        fromTokens[id] |= fromTokens[input.id()];
        fromOthers[id] |= fromOthers[input.id()];
      }
      if (node.op() instanceof LeafOp.Input input) {
        fromTokens[id] = input.name().equals(tokens);
        fromOthers[id] = !fromTokens[id];
      }
    }
  }

  /**
   * Splits a graph.
   *
   * @param tokens the name of the input of tokens
   * @return the parts; empty when a row cannot be computed without computing others again
   */
  public static Optional<Steps> of(Graph graph, String tokens) {
    try {
      return Optional.of(new Incremental(graph, tokens).cut());
    } catch (NotIncrementalException e) {
      return Optional.empty();
    }
  }

  private Steps cut() {
    Map<String, Value> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, value) -> outputs.put(name, row(value)));
    outputs.forEach(step::output);
    kept.forEach((name, value) -> once.builder().output(name, value));
    return new Steps(once.builder().build(), step.build(), caches);
  }

  /** Returns whether a value has a row for each token though it depends on none. */
  private static boolean grows(Value value) {
    return value.shape().dims().stream().anyMatch(Incremental::hasLength);
  }

  private static boolean hasLength(Dim dim) {
    return dim.symbol().equals(Dim.LENGTH.symbol());
  }

  private Op op(Value value) {
    return graph.nodes().get(value.id()).op();
  }

  /** Returns a value of the step that holds all of a value. */
  private Value whole(Value value) {
    Value known = wholes.get(value.id());
    if (known == null) {
      known = write(value);
      wholes.put(value.id(), known);
    }
    return known;
  }

  /** Returns whether a value depends on inputs, but neither on the tokens nor on their number. */
  private boolean kept(Value value) {
    return fromOthers[value.id()] && !fromTokens[value.id()] && !grows(value);
  }

  private Value write(Value value) {
    if (kept(value)) {
      return keep(value);
    }
    return switch (op(value)) {
      case LeafOp.Input input ->
          step.input(input.name(), input.type(), input.shape().dims().toArray(Dim[]::new));
      case LeafOp.Parameter parameter -> step.parameter(parameter);
      case Attention attention when fromTokens[value.id()] -> throw new NotIncrementalException();
      case Op other -> step.add(new Rewiring(this::whole).of(other));
    };
  }

  /** Returns an input of the step that is computed once. */
  private Value keep(Value value) {
    return keep("kept." + value.id(), value, (builder, copy) -> copy);
  }

  /**
   * Returns an input of the step that is computed once.
   *
   * @param layout writes it in the form in which the step reads it
   */
  private Value keep(String name, Value value, BiFunction<GraphBuilder, Value, Value> layout) {
    once.copyAll(value);
    Value copy = layout.apply(once.builder(), once.of(value));
    kept.put(name, copy);
    return step.input(name, copy.type(), copy.shape().dims().toArray(Dim[]::new));
  }

  /** Returns the row of the last token of a value, which keeps all its axes. */
  private Value row(Value value) {
    Value known = rows.get(value.id());
    if (known == null) {
      known = writeRow(value);
      rows.put(value.id(), known);
    }
    return known;
  }

  private Value writeRow(Value value) {
    int[] axes =
        IntStream.range(0, value.shape().rank())
            .filter(axis -> hasLength(value.shape().dim(axis)))
            .toArray();
    if (axes.length == 0) {
      return whole(value);
    }
    if (axes.length > 1) {
      throw new NotIncrementalException();
    }
    int axis = axes[0];
    return fromTokens[value.id()] && axis == 1
        ? sequenceRow(value)
        : step.slice(whole(value), axis, PAST, Dim.LENGTH);
  }

  private Value sequenceRow(Value value) {
    return switch (op(value)) {
      case Attention attention -> attentionRow(value, attention);
      case Embedding e -> step.embedding(whole(e.table()), row(e.ids()));
      case Linear l -> rewired(l, l.input());
      case MatMul m when !hasLengthAtEnd(m.right()) -> rewired(m, m.left());
      case LayerNorm n -> rewired(n, n.input());
      case RmsNorm n -> rewired(n, n.input());
      case L2Normalize n -> rewired(n, n.input());
      case Gelu g -> rewired(g, g.input());
      case Unary u -> rewired(u, u.input());
      case Clamp c -> rewired(c, c.input());
      case Cast c -> rewired(c, c.input());
      case Dropout d -> row(d.input());
      case DropPath d -> row(d.input());
      case Binary b ->
          step.binary(operand(b.left(), value), operand(b.right(), value), b.function());
      case Reshape r when leads(r) -> step.reshape(row(r.input()), one(r.shape()));
      case Slice s when s.axis() > 1 -> step.slice(row(s.input()), s.axis(), s.start(), s.end());
      case Slice s when s.axis() == 1 && s.start().equals(Dim.of(0)) -> row(s.input());
      case Concat c when c.axis() == 1 && c.parts().getFirst().shape().dim(1).equals(Dim.LENGTH) ->
          row(c.parts().getFirst());
      case Concat c when c.axis() > 1 ->
          step.concat(c.axis(), c.parts().stream().map(this::row).toArray(Value[]::new));
      default -> step.slice(whole(value), 1, PAST, Dim.LENGTH);
    };
  }

  private Value rewired(Op op, Value input) {
    return step.add(new Rewiring(v -> v.equals(input) ? row(v) : whole(v)).of(op));
  }

  private static boolean hasLengthAtEnd(Value value) {
    Shape shape = value.shape();
    return hasLength(shape.dim(-1)) || hasLength(shape.dim(-2));
  }

  /** Returns the row of an operand that is broadcast to a sequence, whose rows are its axis 1. */
  private Value operand(Value operand, Value result) {
    int axis = 1 - (result.shape().rank() - operand.shape().rank());
    boolean sequence = axis >= 0 && hasLength(operand.shape().dim(axis));
    return sequence ? row(operand) : whole(operand);
  }

  /** Returns whether a reshaping leaves batch and length as they are. */
  private static boolean leads(Reshape r) {
    Shape before = r.input().shape();
    return before.rank() >= 2
        && before.dim(0).equals(r.shape().dim(0))
        && before.dim(1).equals(r.shape().dim(1));
  }

  private static Dim[] one(Shape shape) {
    return shape.with(1, ONE).dims().toArray(Dim[]::new);
  }

  private Value attentionRow(Value value, Attention a) {
    Value query = row(a.query());
    boolean own = fromTokens[a.key().id()] || fromTokens[a.value().id()];
    if (own && !a.causal()) {
      throw new NotIncrementalException();
    }
    if (kept(a.key()) && kept(a.value()) && query.shape().dim(1).equals(ONE)) {
      KeptAttention attention = new KeptAttention(a.heads(), a.scale());
      Value keys = keep("keys." + value.id(), a.key(), attention::keys);
      Value values = keep("values." + value.id(), a.value(), attention::values);
      return attention.attend(step, query, keys, values, mask(a, null));
    }
    Value key = own ? cached("key." + value.id(), a.key()) : whole(a.key());
    Value content = own ? cached("value." + value.id(), a.value()) : whole(a.value());
    Value mask = mask(a, own ? key.shape().dim(1) : null);
    return step.attention(query, key, content, mask, false, a.heads(), a.scale());
  }

  private Value cached(String name, Value sequence) {
    if (op(sequence) instanceof Concat c
        && c.axis() == 1
        && c.parts().size() == 2
        && !fromTokens[c.parts().getFirst().id()]) {
      return step.concat(1, whole(c.parts().getFirst()), cached(name, c.parts().getLast()));
    }
    long width = sequence.shape().size(2);
    Value past = step.input("past." + name, sequence.type(), Dim.BATCH, PAST, Dim.of(width));
    Value present = step.concat(1, past, row(sequence));
    step.output("present." + name, present);
    caches.add(new Cache("past." + name, "present." + name, width));
    return present;
  }

  /**
   * Returns what the last token's query sees of a mask; null for none.
   *
   * @param keys the number of keys in the step, where they grow; null where they do not
   */
  private @Nullable Value mask(Attention a, @Nullable Dim keys) {
    Value mask = a.mask();
    if (mask == null) {
      return null;
    }
    Value now = whole(mask);
    if (hasLength(mask.shape().dim(2))) {
      now = step.slice(now, 2, PAST, Dim.LENGTH);
    }
    boolean one = mask.shape().dim(3).equals(ONE);
    return keys == null || one ? now : step.slice(now, 3, Dim.of(0), keys);
  }
}
