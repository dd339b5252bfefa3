package org.openclip.backend.onnx.lowering;

import static org.openclip.backend.onnx.model.OnnxGraph.integer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Shape;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.onnx.model.OnnxGraph;

/** Dimensions that are known only at run time, read off the inputs that have them. */
final class Sizes {
  private final OnnxGraph out;

  /** {@code int64[1]} holding the value of each symbol. */
  private final Map<String, String> symbols = new HashMap<>();

  private final Map<Shape, String> vectors = new HashMap<>();
  private final Map<List<Dim>, String> products = new HashMap<>();
  private final Map<String, String> filled = new HashMap<>();

  Sizes(OnnxGraph out) {
    this.out = out;
  }

  /** Learns the symbols that an input's shape has. */
  void learn(String input, Shape shape) {
    for (int axis = 0; axis < shape.rank(); axis++) {
      Dim dim = shape.dim(axis);
      if (!dim.fixed() && dim.equals(Dim.symbol(dim.symbol()))) {
        int from = axis;
        symbols.computeIfAbsent(
            dim.symbol(),
            s ->
                out.node(
                    "Shape", List.of(input), integer("start", from), integer("end", from + 1L)));
      }
    }
  }

  /** Returns {@code int64[1]} holding a dimension. */
  String vector(Dim dim) {
    if (dim.fixed()) {
      return out.integers(dim.size());
    }
    String size = symbols.get(dim.symbol());
    if (size == null) {
      throw new OpenClipException("no input of the graph has the dimension " + dim.symbol());
    }
    if (dim.scale() != 1) {
      size = out.node("Mul", List.of(size, out.integers(dim.scale())));
    }
    return dim.offset() == 0 ? size : out.node("Add", List.of(size, out.integers(dim.offset())));
  }

  /** Returns {@code int64[rank]} holding a shape. */
  private String vector(Shape shape) {
    String known = vectors.get(shape);
    if (known == null) {
      known =
          shape.fixed()
              ? out.integers(shape.sizes())
              : out.node(
                  "Concat", shape.dims().stream().map(this::vector).toList(), integer("axis", 0));
      vectors.put(shape, known);
    }
    return known;
  }

  /** Returns {@code int64[1]} holding the product of dimensions. */
  private String product(List<Dim> dims) {
    String known = products.get(dims);
    if (known == null) {
      known = dims.isEmpty() ? out.integers(1) : vector(dims.get(0));
      for (Dim dim : dims.subList(Math.min(1, dims.size()), dims.size())) {
        known = out.node("Mul", List.of(known, vector(dim)));
      }
      products.put(dims, known);
    }
    return known;
  }

  /** Returns {@code float[n]} of one number, n being the product of dimensions. */
  String filled(double number, List<Dim> dims) {
    String count = product(dims);
    return filled.computeIfAbsent(
        number + " " + count,
        key -> out.node("Expand", List.of(out.number(number, DataType.FLOAT32), count)));
  }

  /** Returns {@code int64[length]}: 0, 1, 2, …. */
  String range(Dim length) {
    String limit =
        length.fixed()
            ? out.index(length.size())
            : out.node("Squeeze", List.of(vector(length), out.integers(0)));
    return out.node("Range", List.of(out.index(0), limit, out.index(1)));
  }

  /** Reshapes; at most one size that is not known yet is left to the runtime to find. */
  String reshape(String input, Shape shape) {
    long unknown = shape.dims().stream().filter(d -> !d.fixed()).count();
    boolean empty = shape.dims().stream().anyMatch(Dim.of(0)::equals);
    String sizes =
        unknown == 1 && !empty
            ? out.integers(
                shape.dims().stream().mapToLong(d -> d.fixed() ? d.size() : -1).toArray())
            : vector(shape);
    return out.node("Reshape", List.of(input, sizes), integer("allowzero", 1));
  }

  /** Repeats axes of size 1 to a larger shape. */
  String expand(String input, Shape shape) {
    return out.node("Expand", List.of(input, vector(shape)));
  }
}
