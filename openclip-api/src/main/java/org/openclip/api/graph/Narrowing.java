package org.openclip.api.graph;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.openclip.api.graph.ArithmeticOp.Binary;
import org.openclip.api.graph.ArithmeticOp.Clamp;
import org.openclip.api.graph.ArithmeticOp.Reduce;
import org.openclip.api.graph.ArithmeticOp.Unary;
import org.openclip.api.graph.LayoutOp.Concat;
import org.openclip.api.graph.LayoutOp.Reshape;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.LayoutOp.Transpose;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.Gelu;
import org.openclip.api.graph.NeuralOp.L2Normalize;
import org.openclip.api.graph.NeuralOp.LayerNorm;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.MatMul;
import org.openclip.api.graph.NeuralOp.RmsNorm;
import org.openclip.api.graph.TrainingOp.DropPath;
import org.openclip.api.graph.TrainingOp.Dropout;

/**
 * Removes rows of sequences that no output needs. If only some rows of a sequence are read, such as
 * the class token after the last block of a transformer, the other rows are not computed, as far
 * back as possible. Attention still sees all rows, and the result is the same.
 */
public final class Narrowing {
  private final Graph graph;
  private final Uses uses;
  private final RowSelection selection;

  /** The sequence that is read in part. */
  private final Value read;

  /** Values of which only the selected rows are computed. */
  private final BitSet narrowed = new BitSet();

  private final GraphCopy copy;

  /** The selected rows of values of the original. */
  private final Map<Integer, Value> rows = new HashMap<>();

  private Narrowing(Graph graph, Uses uses, RowSelection selection, Value read) {
    this.graph = graph;
    this.uses = uses;
    this.selection = selection;
    this.read = read;
    this.copy = new GraphCopy(graph);
  }

  /**
   * Returns a graph with the same inputs, parameters and outputs, without the rows that no output
   * needs.
   */
  public static Graph of(Graph graph) {
    return once(graph).map(Narrowing::further).map(Trimming::of).orElse(graph);
  }

  private static Graph further(Graph graph) {
    return once(graph).map(Narrowing::further).orElse(graph);
  }

  /** Narrows what stands before one selection; empty when no selection has anything before it. */
  private static Optional<Graph> once(Graph graph) {
    Uses uses = new Uses(graph);
    for (Node node : graph.nodes()) {
      RowSelection selection = RowSelection.of(node);
      if (selection != null && uses.isUsed(node.value())) {
        Narrowing narrowing = new Narrowing(graph, uses, selection, node.op().inputs().getFirst());
        narrowing.find();
        if (!narrowing.narrowed.isEmpty()) {
          return Optional.of(narrowing.rewrite());
        }
      }
    }
    return Optional.empty();
  }

  /** Finds, from the end to the beginning, the values of which nothing but the rows is read. */
  private void find() {
    for (Node node : graph.nodes().reversed()) {
      Value value = node.value();
      if (isSequence(value)
          && uses.isInner(value)
          && !rowInputs(node).isEmpty()
          && uses.readers(value).allMatch(reader -> readsRows(reader, value))) {
        narrowed.set(value.id());
      }
    }
  }

  /** Returns whether a value has the rows of the sequence, as its second axis. */
  private boolean isSequence(Value value) {
    Shape shape = value.shape();
    return shape.rank() >= 3
        && shape.dim(0).equals(read.shape().dim(0))
        && shape.dim(1).equals(read.shape().dim(1));
  }

  private boolean readsRows(Node reader, Value value) {
    if (selects(reader)) {
      return true;
    }
    // A value may enter twice, as query and as key.
    long places = reader.op().inputs().stream().filter(value::equals).count();
    return narrowed.get(reader.value().id())
        && rowInputs(reader).stream().filter(value::equals).count() == places;
  }

  private boolean selects(Node node) {
    return selection.equals(RowSelection.of(node));
  }

  /**
   * Returns the inputs of which an operator needs but the rows that are wanted of its result; empty
   * when it mixes rows.
   */
  private List<Value> rowInputs(Node node) {
    return switch (node.op()) {
      case Linear op -> List.of(op.input());
      case MatMul op when op.right().shape().rank() == 2 -> List.of(op.left());
      case LayerNorm op -> List.of(op.input());
      case RmsNorm op -> List.of(op.input());
      case L2Normalize op -> List.of(op.input());
      case Gelu op -> List.of(op.input());
      case Unary op -> List.of(op.input());
      case Clamp op -> List.of(op.input());
      case Dropout op -> List.of(op.input());
      case DropPath op -> List.of(op.input());
      case Binary op -> Stream.of(op.left(), op.right()).filter(this::isSequence).toList();
      case Attention op when selection.canMask(op) -> List.of(op.query());
      case Slice op when op.axis() > 1 -> List.of(op.input());
      case Concat op when op.axis() > 1 -> op.parts();
      case Reshape op when isSequence(op.input()) -> List.of(op.input());
      case Transpose op when op.permutation().subList(0, 2).equals(List.of(0, 1)) ->
          List.of(op.input());
      case Reduce op when op.axes().getFirst() > 1 -> List.of(op.input());
      default -> List.of();
    };
  }

  private Graph rewrite() {
    graph.nodes().stream().filter(node -> node.op() instanceof LeafOp).forEach(copy::copy);
    Value indices = selection.indices();
    if (indices != null) {
      copy.copyAll(indices);
    }
    for (Node node : graph.nodes()) {
      Value value = node.value();
      if (narrowed.get(value.id())) {
        rows.put(value.id(), narrow(node));
      } else if (selects(node) && narrowed.get(node.op().inputs().getFirst().id())) {
        Value selected = rows(node.op().inputs().getFirst());
        Dim[] dims = value.shape().dims().toArray(new Dim[0]);
        copy.put(
            value,
            selected.shape().equals(value.shape())
                ? selected
                : copy.builder().reshape(selected, dims));
      } else if (uses.isUsed(value)) {
        copy.copy(node);
      }
    }
    return copy.finish();
  }

  /** Returns the selected rows of a value, {@code [batch, selected, …]}. */
  private Value rows(Value value) {
    Value known = rows.get(value.id());
    if (known == null) {
      known = selection.select(copy, copy.of(value));
      rows.put(value.id(), known);
    }
    return known;
  }

  private Value narrow(Node node) {
    List<Value> inputs = rowInputs(node);
    GraphBuilder g = copy.builder();
    return switch (node.op()) {
      case Reshape op -> {
        Value input = rows(op.input());
        yield g.add(new Reshape(input, op.shape().with(1, input.shape().dim(1))));
      }
      case Binary op -> {
        int rank = node.value().shape().rank();
        yield g.binary(operand(op.left(), rank), operand(op.right(), rank), op.function());
      }
      case Attention op ->
          g.attention(
              rows(op.query()),
              copy.of(op.key()),
              copy.of(op.value()),
              selection.mask(copy, op),
              false,
              op.heads(),
              op.scale());
      case Slice op when isPartOfLinear(op) -> columns(op, (Linear) producer(op.input()));
      default -> g.add(new Rewiring(v -> inputs.contains(v) ? rows(v) : copy.of(v)).of(node.op()));
    };
  }

  /** Returns an operand for the selected rows; one that has no rows of its own stays. */
  private Value operand(Value value, int rank) {
    if (isSequence(value)) {
      return rows(value);
    }
    int axis = 1 - (rank - value.shape().rank());
    boolean shared = axis < 0 || !value.shape().dim(axis).equals(read.shape().dim(1));
    return shared ? copy.of(value) : selection.selectShared(copy, copy.of(value), axis);
  }

  private Op producer(Value value) {
    return graph.nodes().get(value.id()).op();
  }

  /**
   * Returns whether a slice takes some columns of a linear layer whose other columns are read for
   * all rows, as queries are of a projection that also yields keys and values.
   */
  private boolean isPartOfLinear(Slice slice) {
    return !narrowed.get(slice.input().id())
        && slice.axis() == slice.input().shape().rank() - 1
        && producer(slice.input()) instanceof Linear;
  }

  private Value columns(Slice slice, Linear linear) {
    GraphBuilder g = copy.builder();
    Value bias = linear.bias();
    return g.linear(
        rows(linear.input()),
        g.slice(copy.of(linear.weight()), 0, slice.start(), slice.end()),
        bias == null ? null : g.slice(copy.of(bias), 0, slice.start(), slice.end()));
  }
}
