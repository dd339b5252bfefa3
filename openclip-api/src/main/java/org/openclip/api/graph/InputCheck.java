package org.openclip.api.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;

/** Checks the inputs of a program, in the same way for every backend. */
public final class InputCheck {
  private InputCheck() {}

  /**
   * Compares the names, types and shapes of tensors with the inputs of a graph. Each symbol must
   * have the same size everywhere, at least 1.
   *
   * @return the size that each symbol stands for
   * @throws InvalidInputException when they do not fit, naming the input and both shapes
   */
  public static Map<String, Long> check(Graph graph, Map<String, Tensor> inputs) {
    return check("graph " + graph.name(), graph.inputs(), inputs);
  }

  /**
   * Compares tensors with the inputs of a program, in the same way.
   *
   * @param program what messages call it
   * @param expected the program's inputs
   */
  public static Map<String, Long> check(
      String program, List<LeafOp.Input> expected, Map<String, Tensor> inputs) {
    List<String> names = expected.stream().map(LeafOp.Input::name).toList();
    for (String name : inputs.keySet()) {
      if (!names.contains(name)) {
        throw new InvalidInputException(program + " has no input '" + name + "'; it has " + names);
      }
    }
    Map<String, Long> symbols = new HashMap<>();
    for (LeafOp.Input input : expected) {
      Tensor tensor = inputs.get(input.name());
      if (tensor == null) {
        throw new InvalidInputException(program + " is missing its input '" + input.name() + "'");
      }
      if (tensor.type() != input.type() || !fits(input.shape(), tensor.shape(), symbols)) {
        throw new InvalidInputException(
            "input '%s' of %s is %s, but must be %s%s%s"
                .formatted(
                    input.name(),
                    program,
                    tensor,
                    input.type(),
                    input.shape(),
                    symbols.isEmpty() ? "" : " with " + symbols));
      }
    }
    return symbols;
  }

  private static boolean fits(Shape expected, long[] actual, Map<String, Long> symbols) {
    if (expected.rank() != actual.length) {
      return false;
    }
    for (int axis = 0; axis < actual.length; axis++) {
      Dim dim = expected.dim(axis);
      long size = actual[axis];
      if (!dim.fixed()) {
        long symbol = (size - dim.offset()) / dim.scale();
        if (symbol < 1 || symbol * dim.scale() + dim.offset() != size) {
          return false;
        }
        Long known = symbols.putIfAbsent(dim.symbol(), symbol);
        if (known != null && known != symbol) {
          return false;
        }
      } else if (dim.size() != size) {
        return false;
      }
    }
    return true;
  }
}
