package org.openclip.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.graph.ArithmeticOp;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.InputCheck;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.TrainingOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

// Over 500 lines because each operator is spelt out once, by the book.

/**
 * Graphs computed by the book, element by element in double precision: slow, and the measure for
 * every backend.
 */
public final class Interpreter {
  private final Map<String, Long> symbols;
  private final List<Array> values = new ArrayList<>();

  private Interpreter(Map<String, Long> symbols) {
    this.symbols = symbols;
  }

  /** Returns the outputs of a graph by name. */
  public static Map<String, Array> run(Graph graph, Weights weights, Map<String, Tensor> inputs) {
    Interpreter interpreter = new Interpreter(InputCheck.check(graph, inputs));
    for (Node node : graph.nodes()) {
      interpreter.values.add(
          switch (node.op()) {
            case LeafOp.Input input -> Array.of(inputs.get(input.name()));
            case LeafOp.Parameter parameter -> Array.of(weights.get(parameter.name()));
            case LeafOp.Constant(Tensor tensor) -> Array.of(tensor);
            case LeafOp.Range(Dim length) ->
                Array.from(new int[] {interpreter.size(length)}, i -> i[0]);
            case NeuralOp op -> interpreter.neural(op);
            case ArithmeticOp op -> interpreter.arithmetic(op);
            case LayoutOp op -> interpreter.layout(op);
            case TrainingOp op -> interpreter.get(op.inputs().get(0));
          });
    }
    Map<String, Array> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, value) -> outputs.put(name, interpreter.get(value)));
    return outputs;
  }

  private Array get(Value value) {
    return values.get(value.id());
  }

  private int size(Dim dim) {
    return (int)
        (dim.fixed() ? dim.size() : dim.scale() * symbols.get(dim.symbol()) + dim.offset());
  }

  private int[] sizes(Shape shape) {
    return shape.dims().stream().mapToInt(this::size).toArray();
  }

  private Array neural(NeuralOp op) {
    return switch (op) {
      case NeuralOp.Linear l -> {
        Array x = get(l.input());
        Array w = get(l.weight());
        int last = x.rank() - 1;
        yield Array.from(
            Array.with(x.shape(), last, w.shape()[0]),
            i -> {
              double sum = l.bias() == null ? 0 : get(l.bias()).at(i[last]);
              for (int k = 0; k < w.shape()[1]; k++) {
                sum += x.at(Array.with(i, last, k)) * w.at(i[last], k);
              }
              return sum;
            });
      }
      case NeuralOp.SwitchBackLinear l -> switchBack(l);
      case NeuralOp.MatMul m -> matMul(get(m.left()), get(m.right()), m.transposeRight());
      case NeuralOp.Convolution c -> convolution(c);
      case NeuralOp.Pool p -> pool(p);
      case NeuralOp.LayerNorm n -> {
        Array x = get(n.input());
        Array mean = mean(x);
        Array centred = zip(x, mean, (a, b) -> a - b);
        Array variance = mean(zip(centred, centred, (a, b) -> a * b));
        Array unit = zip(centred, variance, (a, b) -> a / Math.sqrt(b + n.epsilon()));
        Array scaled = n.weight() == null ? unit : zip(unit, get(n.weight()), (a, b) -> a * b);
        yield n.bias() == null ? scaled : zip(scaled, get(n.bias()), Double::sum);
      }
      case NeuralOp.RmsNorm n -> {
        Array x = get(n.input());
        Array square = mean(zip(x, x, (a, b) -> a * b));
        Array unit = zip(x, square, (a, b) -> a / Math.sqrt(b + n.epsilon()));
        yield n.weight() == null ? unit : zip(unit, get(n.weight()), (a, b) -> a * b);
      }
      case NeuralOp.BatchNorm n ->
          Array.from(
              get(n.input()).shape(),
              i ->
                  (get(n.input()).at(i) - get(n.mean()).at(i[1]))
                          / Math.sqrt(get(n.variance()).at(i[1]) + n.epsilon())
                          * get(n.weight()).at(i[1])
                      + get(n.bias()).at(i[1]));
      case NeuralOp.Attention a -> attention(a);
      case NeuralOp.Gelu(Value input, NeuralOp.GeluForm form) ->
          zip(
              get(input),
              get(input),
              (x, y) ->
                  switch (form) {
                    case ERF -> x / 2 * (1 + erf(x / Math.sqrt(2)));
                    case TANH ->
                        x
                            / 2
                            * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
                    case QUICK -> x / (1 + Math.exp(-1.702 * x));
                  });
      case NeuralOp.Embedding(Value table, Value ids) -> {
        Array rows = get(table);
        Array numbers = get(ids);
        yield Array.from(
            Array.insert(numbers.shape(), numbers.rank(), rows.shape()[1]),
            i -> rows.at((int) numbers.at(Arrays.copyOf(i, numbers.rank())), i[numbers.rank()]));
      }
      case NeuralOp.L2Normalize(Value input, double epsilon) -> {
        Array x = get(input);
        int width = x.shape()[x.rank() - 1];
        Array square = mean(zip(x, x, (a, b) -> a * b));
        yield zip(x, square, (a, b) -> a / Math.max(Math.sqrt(b * width), epsilon));
      }
    };
  }

  /** The error function by its series, exact to double precision for the range in use. */
  private static double erf(double x) {
    if (Math.abs(x) > 5) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private static Array mean(Array x) {
    int last = x.rank() - 1;
    return Array.from(
        Array.with(x.shape(), last, 1),
        i -> {
          double sum = 0;
          for (int k = 0; k < x.shape()[last]; k++) {
            sum += x.at(Array.with(i, last, k));
          }
          return sum / x.shape()[last];
        });
  }

  private Array switchBack(NeuralOp.SwitchBackLinear l) {
    Array x = get(l.input());
    int last = x.rank() - 1;
    double[][] product = SwitchBackFormula.product(matrix(x), matrix(get(l.weight())), l.form());
    int wide = product[0].length;
    double[] data = new double[product.length * wide];
    for (int i = 0; i < data.length; i++) {
      double bias = l.bias() == null ? 0 : get(l.bias()).data()[i % wide];
      data[i] = product[i / wide][i % wide] + bias;
    }
    return new Array(Array.with(x.shape(), last, wide), data);
  }

  private static double[][] matrix(Array array) {
    int width = array.shape()[array.rank() - 1];
    double[][] rows = new double[array.data().length / width][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = Arrays.copyOfRange(array.data(), row * width, (row + 1) * width);
    }
    return rows;
  }

  private static Array zip(Array a, Array b, java.util.function.DoubleBinaryOperator f) {
    return Array.from(
        Array.broadcast(a.shape(), b.shape()), i -> f.applyAsDouble(a.at(i), b.at(i)));
  }

  private static Array matMul(Array a, Array b, boolean transposed) {
    int inner = a.shape()[a.rank() - 1];
    int outer = b.shape()[b.rank() - (transposed ? 2 : 1)];
    int[] stack =
        Array.broadcast(
            Arrays.copyOf(a.shape(), a.rank() - 2), Arrays.copyOf(b.shape(), b.rank() - 2));
    int rank = stack.length;
    int[] shape = Array.insert(Array.insert(stack, rank, a.shape()[a.rank() - 2]), rank + 1, outer);
    return Array.from(
        shape,
        i -> {
          double sum = 0;
          for (int k = 0; k < inner; k++) {
            int[] right =
                transposed
                    ? Array.with(Array.with(i, rank, i[rank + 1]), rank + 1, k)
                    : Array.with(i, rank, k);
            sum += a.at(Array.with(i, rank + 1, k)) * b.at(right);
          }
          return sum;
        });
  }

  private Array convolution(NeuralOp.Convolution c) {
    Array x = get(c.input());
    Array w = get(c.weight());
    int rows = x.shape()[2];
    int columns = x.shape()[3];
    int perGroup = w.shape()[0] / c.groups();
    int[] shape = {
      x.shape()[0],
      w.shape()[0],
      (rows + c.pads().top() + c.pads().bottom() - w.shape()[2]) / c.strideHeight() + 1,
      (columns + c.pads().left() + c.pads().right() - w.shape()[3]) / c.strideWidth() + 1
    };
    return Array.from(
        shape,
        i -> {
          double sum = c.bias() == null ? 0 : get(c.bias()).at(i[1]);
          for (int k = 0; k < w.shape()[1]; k++) {
            for (int dy = 0; dy < w.shape()[2]; dy++) {
              for (int dx = 0; dx < w.shape()[3]; dx++) {
                int row = i[2] * c.strideHeight() + dy - c.pads().top();
                int column = i[3] * c.strideWidth() + dx - c.pads().left();
                if (row >= 0 && row < rows && column >= 0 && column < columns) {
                  int channel = i[1] / perGroup * w.shape()[1] + k;
                  sum += x.at(i[0], channel, row, column) * w.at(i[1], k, dy, dx);
                }
              }
            }
          }
          return sum;
        });
  }

  private Array pool(NeuralOp.Pool p) {
    Array x = get(p.input());
    int rows = x.shape()[2];
    int columns = x.shape()[3];
    boolean mean = p.pooling() == NeuralOp.Pooling.MEAN;
    int[] shape = {
      x.shape()[0],
      x.shape()[1],
      (rows + p.pads().top() + p.pads().bottom() - p.kernelHeight()) / p.strideHeight() + 1,
      (columns + p.pads().left() + p.pads().right() - p.kernelWidth()) / p.strideWidth() + 1
    };
    return Array.from(
        shape,
        i -> {
          double result = mean ? 0 : Double.NEGATIVE_INFINITY;
          for (int dy = 0; dy < p.kernelHeight(); dy++) {
            for (int dx = 0; dx < p.kernelWidth(); dx++) {
              int row = i[2] * p.strideHeight() + dy - p.pads().top();
              int column = i[3] * p.strideWidth() + dx - p.pads().left();
              if (row >= 0 && row < rows && column >= 0 && column < columns) {
                double pixel = x.at(i[0], i[1], row, column);
                result = mean ? result + pixel : Math.max(result, pixel);
              }
            }
          }
          return mean ? result / (p.kernelHeight() * p.kernelWidth()) : result;
        });
  }

  private Array attention(NeuralOp.Attention a) {
    Array q = get(a.query());
    Array k = get(a.key());
    Array v = get(a.value());
    int width = q.shape()[2] / a.heads();
    int valueWidth = v.shape()[2] / a.heads();
    int keys = k.shape()[1];
    Array scores =
        Array.from(
            new int[] {q.shape()[0], a.heads(), q.shape()[1], keys},
            i -> {
              double sum = 0;
              for (int w = 0; w < width; w++) {
                sum += q.at(i[0], i[2], i[1] * width + w) * k.at(i[0], i[3], i[1] * width + w);
              }
              double mask = a.mask() == null ? 0 : get(a.mask()).at(i);
              boolean hidden = a.causal() && i[3] > i[2] + keys - q.shape()[1];
              return hidden ? Double.NEGATIVE_INFINITY : sum * a.scale() + mask;
            });
    Array shares = softmax(scores, 3, false);
    return Array.from(
        Array.with(q.shape(), 2, v.shape()[2]),
        i -> {
          double sum = 0;
          for (int key = 0; key < keys; key++) {
            sum += shares.at(i[0], i[2] / valueWidth, i[1], key) * v.at(i[0], key, i[2]);
          }
          return sum;
        });
  }

  private static Array softmax(Array x, int axis, boolean logarithm) {
    return Array.from(
        x.shape(),
        i -> {
          double largest = Double.NEGATIVE_INFINITY;
          for (int k = 0; k < x.shape()[axis]; k++) {
            largest = Math.max(largest, x.at(Array.with(i, axis, k)));
          }
          double sum = 0;
          for (int k = 0; k < x.shape()[axis]; k++) {
            sum += Math.exp(x.at(Array.with(i, axis, k)) - largest);
          }
          double log = x.at(i) - largest - Math.log(sum);
          return logarithm ? log : Math.exp(log);
        });
  }

  private Array arithmetic(ArithmeticOp op) {
    Array x = get(op.inputs().get(0));
    return switch (op) {
      case ArithmeticOp.Unary u -> zip(x, x, (a, b) -> unary(u.function(), a));
      case ArithmeticOp.Binary b -> {
        boolean whole = b.left().type() == DataType.INT64;
        yield zip(x, get(b.right()), (l, r) -> binary(b.function(), l, r, whole));
      }
      case ArithmeticOp.Compare c ->
          zip(
              x,
              get(c.right()),
              (a, b) ->
                  switch (c.relation()) {
                        case EQUAL -> a == b;
                        case LESS -> a < b;
                        case LESS_OR_EQUAL -> a <= b;
                      }
                      ? 1
                      : 0);
      case ArithmeticOp.Choose c -> {
        Array yes = get(c.whenTrue());
        Array no = get(c.whenFalse());
        int[] shape = Array.broadcast(x.shape(), Array.broadcast(yes.shape(), no.shape()));
        yield Array.from(shape, i -> x.at(i) != 0 ? yes.at(i) : no.at(i));
      }
      case ArithmeticOp.Clamp c ->
          zip(x, x, (a, b) -> Math.min(Math.max(a, c.minimum()), c.maximum()));
      case ArithmeticOp.Softmax s -> softmax(x, s.axis(), false);
      case ArithmeticOp.LogSoftmax s -> softmax(x, s.axis(), true);
      case ArithmeticOp.Reduce r -> reduce(x, r);
      case ArithmeticOp.ArgMax a -> {
        int[] shape = new int[x.rank() - 1];
        for (int axis = 0; axis < shape.length; axis++) {
          shape[axis] = x.shape()[axis < a.axis() ? axis : axis + 1];
        }
        yield Array.from(
            shape,
            i -> {
              int best = 0;
              for (int k = 1; k < x.shape()[a.axis()]; k++) {
                if (x.at(Array.insert(i, a.axis(), k)) > x.at(Array.insert(i, a.axis(), best))) {
                  best = k;
                }
              }
              return best;
            });
      }
      case ArithmeticOp.CumulativeSum s ->
          Array.from(
              x.shape(),
              i -> {
                double sum = 0;
                for (int k = 0; k <= i[s.axis()]; k++) {
                  sum += x.at(Array.with(i, s.axis(), k));
                }
                return sum;
              });
      case ArithmeticOp.Cast c ->
          zip(
              x,
              x,
              (a, b) ->
                  c.type() == DataType.BOOL
                      ? (a == 0 ? 0 : 1)
                      : c.type().floating() ? a : (long) a);
    };
  }

  private static double unary(ArithmeticOp.UnaryFunction function, double x) {
    return switch (function) {
      case NEGATE -> -x;
      case ABS -> Math.abs(x);
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SQRT -> Math.sqrt(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case RELU -> Math.max(x, 0);
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case LOG_SIGMOID -> x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x));
      case SILU -> x / (1 + Math.exp(-x));
      case TANH -> Math.tanh(x);
      case NOT -> 1 - x;
    };
  }

  private static double binary(
      ArithmeticOp.BinaryFunction function, double a, double b, boolean whole) {
    return switch (function) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> whole ? quotient((long) a, (long) b) : a / b;
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
      case POWER -> Math.pow(a, b);
      case AND -> a * b;
      case OR -> Math.max(a, b);
    };
  }

  private static long quotient(long a, long b) {
    return a / b;
  }

  private static Array reduce(Array x, ArithmeticOp.Reduce r) {
    int[] kept = x.shape().clone();
    r.axes().forEach(axis -> kept[axis] = 1);
    boolean max = r.reduction() == ArithmeticOp.Reduction.MAX;
    Array result = Array.from(kept, i -> max ? Double.NEGATIVE_INFINITY : 0);
    Array.from(
        x.shape(),
        i -> {
          int offset = 0;
          for (int axis = 0; axis < kept.length; axis++) {
            offset = offset * kept[axis] + (kept[axis] == 1 ? 0 : i[axis]);
          }
          double old = result.data()[offset];
          double folded = max ? Math.max(old, x.at(i)) : old + x.at(i);
          result.data()[offset] = folded;
          return folded;
        });
    if (r.reduction() == ArithmeticOp.Reduction.MEAN) {
      int folded = x.data().length / result.data().length;
      Arrays.setAll(result.data(), i -> result.data()[i] / folded);
    }
    int[] shape = kept;
    if (!r.keep()) {
      shape =
          java.util.stream.IntStream.range(0, kept.length)
              .filter(axis -> !r.axes().contains(axis))
              .map(axis -> kept[axis])
              .toArray();
    }
    return new Array(shape, result.data());
  }

  private Array layout(LayoutOp op) {
    Array x = get(op.inputs().get(0));
    return switch (op) {
      case LayoutOp.Reshape r -> new Array(sizes(r.shape()), x.data());
      case LayoutOp.Transpose(Value input, List<Integer> permutation) -> {
        int[] shape = permutation.stream().mapToInt(axis -> x.shape()[axis]).toArray();
        yield Array.from(
            shape,
            i -> {
              int[] from = new int[i.length];
              for (int axis = 0; axis < i.length; axis++) {
                from[permutation.get(axis)] = i[axis];
              }
              return x.at(from);
            });
      }
      case LayoutOp.Concat(List<Value> parts, int axis) -> {
        int total = parts.stream().mapToInt(p -> get(p).shape()[axis]).sum();
        yield Array.from(
            Array.with(x.shape(), axis, total),
            i -> {
              int at = i[axis];
              for (Value part : parts) {
                int size = get(part).shape()[axis];
                if (at < size) {
                  return get(part).at(Array.with(i, axis, at));
                }
                at -= size;
              }
              throw new AssertionError("index beyond all parts");
            });
      }
      case LayoutOp.Slice s ->
          Array.from(
              Array.with(x.shape(), s.axis(), size(s.end()) - size(s.start())),
              i -> x.at(Array.with(i, s.axis(), i[s.axis()] + size(s.start()))));
      case LayoutOp.Pad p -> {
        int[] shape = x.shape().clone();
        Arrays.setAll(shape, axis -> shape[axis] + p.before().get(axis) + p.after().get(axis));
        yield Array.from(
            shape,
            i -> {
              int[] from = i.clone();
              for (int axis = 0; axis < i.length; axis++) {
                from[axis] -= p.before().get(axis);
                if (from[axis] < 0 || from[axis] >= x.shape()[axis]) {
                  return p.number();
                }
              }
              return x.at(from);
            });
      }
      case LayoutOp.Broadcast b -> Array.from(sizes(b.shape()), x::at);
      case LayoutOp.Gather g -> {
        Array indices = get(g.indices());
        int batch = g.batchAxes();
        int[] picked = Arrays.copyOfRange(indices.shape(), batch, indices.rank());
        int[] shape = new int[x.rank() - 1 + picked.length];
        System.arraycopy(x.shape(), 0, shape, 0, g.axis());
        System.arraycopy(picked, 0, shape, g.axis(), picked.length);
        System.arraycopy(
            x.shape(), g.axis() + 1, shape, g.axis() + picked.length, x.rank() - 1 - g.axis());
        yield Array.from(
            shape,
            i -> {
              int[] where = new int[indices.rank()];
              System.arraycopy(i, 0, where, 0, batch);
              System.arraycopy(i, g.axis(), where, batch, picked.length);
              int[] from = new int[x.rank()];
              System.arraycopy(i, 0, from, 0, g.axis());
              from[g.axis()] = (int) indices.at(where);
              System.arraycopy(
                  i, g.axis() + picked.length, from, g.axis() + 1, x.rank() - 1 - g.axis());
              return x.at(from);
            });
      }
    };
  }
}
