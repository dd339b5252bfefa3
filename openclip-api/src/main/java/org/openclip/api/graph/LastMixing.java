package org.openclip.api.graph;

import java.util.HashMap;
import java.util.Map;
import org.openclip.api.graph.ArithmeticOp.Binary;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.NeuralOp.Attention;

/**
 * A copy of a graph's values in which the last attention between patches has another form. What
 * does not depend on it is shared with the plain copy.
 */
final class LastMixing {
  private final Graph graph;
  private final GraphCopy copy;
  private final DenseForm form;
  private final Dependence fromImage;
  private final Dependence fromMixing;
  private final Map<Integer, Value> values = new HashMap<>();

  /**
   * Creates the copy.
   *
   * @param mixing the value of the last attention between patches
   * @param copy what is copied as it is
   */
  LastMixing(Graph graph, Dependence fromImage, Value mixing, DenseForm form, GraphCopy copy) {
    this.graph = graph;
    this.fromImage = fromImage;
    this.copy = copy;
    this.form = form;
    this.fromMixing = Dependence.on(graph, node -> node.value().equals(mixing));
    values.put(mixing.id(), mixed((Attention) op(mixing)));
  }

  private Op op(Value value) {
    return graph.nodes().get(value.id()).op();
  }

  private Value mixed(Attention a) {
    a.inputs().forEach(copy::copyAll);
    Value values = copy.of(a.value());
    return switch (form) {
      case TOKENS -> copy.builder().add(new Rewiring(copy::of).of(a));
      case MASKCLIP -> values;
      case CLEARCLIP -> alike(a, a.query());
      case SCLIP -> copy.builder().plus(alike(a, a.query()), alike(a, a.key()));
    };
  }

  private Value alike(Attention a, Value side) {
    Value own = copy.of(side);
    Value mask = a.mask();
    Value hidden = mask == null ? null : copy.of(mask);
    return copy.builder()
        .attention(own, own, copy.of(a.value()), hidden, false, a.heads(), a.scale());
  }

  /** Returns what stands for a value of the original. */
  Value of(Value value) {
    if (!fromMixing.holds(value)) {
      copy.copyAll(value);
      return copy.of(value);
    }
    Value known = values.get(value.id());
    if (known == null) {
      known = write(op(value));
      values.put(value.id(), known);
    }
    return known;
  }

  private Value write(Op op) {
    boolean alone = form == DenseForm.MASKCLIP || form == DenseForm.CLEARCLIP;
    if (alone
        && op instanceof Binary(Value left, Value right, BinaryFunction function)
        && function == BinaryFunction.ADD
        && fromImage.holds(left)
        && fromImage.holds(right)) {
      return of(attended(left, right));
    }
    return copy.builder().add(new Rewiring(this::of).of(op));
  }

  /** Returns the operand of a residual sum that is what attention yields, and no more. */
  private Value attended(Value left, Value right) {
    if (fromMixing.holds(left) && fromMixing.holds(right)) {
      return left.id() < right.id() ? left : right;
    }
    return fromMixing.holds(left) ? left : right;
  }
}
