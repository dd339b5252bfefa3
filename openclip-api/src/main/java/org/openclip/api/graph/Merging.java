package org.openclip.api.graph;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.Binary;
import org.openclip.api.graph.NeuralOp.BatchNorm;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.TrainingOp.DropPath;
import org.openclip.api.graph.TrainingOp.Dropout;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Merges parallel convolutions for inference. Parallel convolutions of the same input, with their
 * batch norms, factors and shortcuts, become a single convolution (RepVGG, Ding et al. 2021, arXiv
 * 2101.03697). The result is the same. Convolutions without a parallel branch are not changed.
 */
public final class Merging {
  private final Graph graph;
  private final Weights weights;
  private final Uses uses;
  private final GraphCopy copy;

  /** What each value is a sum of convolutions of, where it is one. */
  private final Map<Integer, Form> forms = new HashMap<>();

  private final Map<String, Tensor> merged = new LinkedHashMap<>();

  /**
   * A graph with its weights.
   *
   * @param graph the graph
   * @param weights a tensor for each of its parameters
   */
  public record Merged(Graph graph, Weights weights) {}

  /**
   * A value as a function of an image.
   *
   * @param picture the image
   * @param branch the formula
   * @param widest the convolution with the largest filters; null where pixels see but themselves
   * @param worthwhile whether it is a sum, so that there is something to merge
   */
  private record Form(
      Value picture, Branch branch, @Nullable Convolution widest, boolean worthwhile) {
    static Form identity(Value picture) {
      return new Form(picture, new Branch.Identity(), null, false);
    }
  }

  private Merging(Graph graph, Weights weights) {
    this.graph = graph;
    this.weights = weights;
    this.uses = new Uses(graph);
    this.copy = new GraphCopy(graph);
  }

  /** Merges the parallel convolutions of a graph. Unchanged weights are shared with the result. */
  public static Merged of(Graph graph, Weights weights) {
    Merging merging = new Merging(graph, weights);
    for (Node node : graph.nodes()) {
      Form form = merging.form(node);
      if (form != null) {
        merging.forms.put(node.value().id(), form);
      }
    }
    return merging.rewrite();
  }

  private @Nullable Form form(Node node) {
    return switch (node.op()) {
      case Convolution op when isCentred(op) ->
          new Form(op.input(), new Branch.Single(op), op, false);
      case BatchNorm op when op.input().shape().rank() == 4 -> {
        Form of = own(op.input()).orElse(Form.identity(op.input()));
        yield new Form(of.picture, new Branch.Normed(of.branch, op), of.widest, of.worthwhile);
      }
      case Dropout op -> own(op.input()).orElse(null);
      case DropPath op -> own(op.input()).orElse(null);
      case Binary op -> binary(op, node.value());
      default -> null;
    };
  }

  /** Returns whether a filter has a middle that lies on the pixel that it is computed for. */
  private boolean isCentred(Convolution op) {
    long height = op.weight().shape().size(2);
    long width = op.weight().shape().size(3);
    int down = Math.toIntExact(height / 2);
    int across = Math.toIntExact(width / 2);
    return height % 2 == 1
        && width % 2 == 1
        && op.pads().equals(new Pads(down, across, down, across))
        && isParameter(op.weight())
        && (op.bias() == null || isParameter(op.bias()));
  }

  private boolean isParameter(Value value) {
    return graph.nodes().get(value.id()).op() instanceof LeafOp.Parameter;
  }

  /** Returns the form of a value that a single node reads, so that it is needed nowhere else. */
  private Optional<Form> own(Value value) {
    return uses.isInner(value) && uses.readers(value).count() == 1
        ? Optional.ofNullable(forms.get(value.id()))
        : Optional.empty();
  }

  private @Nullable Form binary(Binary op, Value result) {
    return switch (op.function()) {
      case ADD -> sum(op.left(), op.right(), result, 1);
      case SUBTRACT -> sum(op.left(), op.right(), result, -1);
      case MULTIPLY -> isFactor(op.right(), result) ? scaled(op.left(), op.right()) : null;
      default -> null;
    };
  }

  private boolean isFactor(Value value, Value result) {
    return isParameter(value)
        && result.shape().rank() == 4
        && value.shape().equals(Shape.of(result.shape().dim(1), Dim.of(1), Dim.of(1)));
  }

  private @Nullable Form scaled(Value value, Value factor) {
    return own(value)
        .map(
            of ->
                new Form(
                    of.picture, new Branch.Scaled(of.branch, factor), of.widest, of.worthwhile))
        .orElse(null);
  }

  private @Nullable Form sum(Value left, Value right, Value result, int sign) {
    if (result.shape().rank() != 4
        || !left.shape().equals(result.shape())
        || !right.shape().equals(result.shape())) {
      return null;
    }
    List<Form> lefts = Stream.concat(own(left).stream(), Stream.of(Form.identity(left))).toList();
    List<Form> rights =
        Stream.concat(own(right).stream(), Stream.of(Form.identity(right))).toList();
    for (Form a : lefts) {
      for (Form b : rights) {
        if (a.picture.equals(b.picture) && (a.widest != null || b.widest != null)) {
          Form sum = sum(a, b, sign);
          if (sum != null) {
            return sum;
          }
        }
      }
    }
    return null;
  }

  private static @Nullable Form sum(Form a, Form b, int sign) {
    Convolution widest = wider(a.widest, b.widest);
    return widest == null
        ? null
        : new Form(a.picture, new Branch.Sum(a.branch, b.branch, sign), widest, true);
  }

  /** Returns the one whose filters hold those of the other; null when they do not match. */
  private static @Nullable Convolution wider(@Nullable Convolution a, @Nullable Convolution b) {
    if (a == null || b == null) {
      Convolution only = a == null ? b : a;
      boolean same = only != null && only.strideHeight() == 1 && only.strideWidth() == 1;
      return same ? only : null;
    }
    boolean match =
        a.strideHeight() == b.strideHeight()
            && a.strideWidth() == b.strideWidth()
            && a.groups() == b.groups();
    if (!match) {
      return null;
    }
    boolean larger = a.pads().top() >= b.pads().top() && a.pads().left() >= b.pads().left();
    boolean smaller = a.pads().top() <= b.pads().top() && a.pads().left() <= b.pads().left();
    if (larger) {
      return a;
    }
    return smaller ? b : null;
  }

  private Merged rewrite() {
    BitSet needed = new BitSet();
    graph.outputs().values().forEach(value -> needed.set(value.id()));
    for (Node node : graph.nodes().reversed()) {
      if (needed.get(node.value().id())) {
        Form form = worthwhile(node);
        List<Value> inputs = form == null ? node.op().inputs() : List.of(form.picture);
        inputs.forEach(input -> needed.set(input.id()));
      }
    }
    for (Node node : graph.nodes()) {
      if (needed.get(node.value().id()) || node.op() instanceof LeafOp.Input) {
        Form form = worthwhile(node);
        if (form == null) {
          copy.copy(node);
        } else {
          copy.put(node.value(), convolution(form, node.value()));
        }
      }
    }
    Graph result = copy.finish();
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (LeafOp.Parameter parameter : result.parameters()) {
      Tensor tensor = merged.get(parameter.name());
      all.put(parameter.name(), tensor == null ? weights.get(parameter.name()) : tensor);
    }
    return new Merged(result, Weights.of(all));
  }

  private @Nullable Form worthwhile(Node node) {
    Form form = forms.get(node.value().id());
    return form != null && form.worthwhile ? form : null;
  }

  private Value convolution(Form form, Value value) {
    Convolution widest = Objects.requireNonNull(form.widest);
    int channels = Math.toIntExact(value.shape().size(1));
    int[] filter = new int[4];
    for (int axis = 0; axis < 4; axis++) {
      filter[axis] = Math.toIntExact(widest.weight().shape().size(axis));
    }
    Branch.Filters filters = new Branch.Filters(channels, filter[1], filter[2], filter[3]);
    double[] ones = new double[channels];
    Arrays.fill(ones, 1);
    form.branch.addTo(filters, ones, weights);
    String name = widest.weight().label() + "+" + value.id();
    GraphBuilder g = copy.builder();
    return g.add(
        new Convolution(
            copy.of(form.picture),
            parameter(name, Tensor.of(filters.weight, widest.weight().shape().sizes())),
            parameter(name + ".bias", Tensor.of(filters.biases(), channels)),
            widest.strideHeight(),
            widest.strideWidth(),
            widest.pads(),
            widest.groups()));
  }

  private Value parameter(String name, Tensor tensor) {
    merged.put(name, tensor);
    return copy.builder().parameter(name, Initializer.ZEROS, tensor.shape());
  }
}
