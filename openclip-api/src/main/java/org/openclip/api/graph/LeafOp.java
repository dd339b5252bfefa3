package org.openclip.api.graph;

import java.util.List;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** Operators without inputs. */
public sealed interface LeafOp extends Op {
  @Override
  default List<Value> inputs() {
    return List.of();
  }

  /**
   * An input that the caller provides for each run.
   *
   * @param name its name, unique in the graph
   * @param shape its shape, with symbols
   * @param type the type of its elements
   */
  record Input(String name, Shape shape, DataType type) implements LeafOp {}

  /**
   * A tensor of the model's state dict.
   *
   * @param name its name there, such as {@code visual.conv1.weight}
   * @param shape its shape there, all sizes known
   * @param type float, or an integer type for tables and counters
   * @param initializer its initial value when training from scratch
   * @param trained whether training changes it by gradients; false for buffers such as running
   *     means
   */
  record Parameter(
      String name, Shape shape, DataType type, Initializer initializer, boolean trained)
      implements LeafOp {}

  /**
   * A constant tensor of the architecture that is in no checkpoint, such as a mask.
   *
   * @param tensor its elements
   */
  record Constant(Tensor tensor) implements LeafOp {}

  /**
   * The integers {@code 0, 1, …, length - 1} as {@code int64[length]}.
   *
   * @param length how many, possibly known only at run time
   */
  record Range(Dim length) implements LeafOp {}
}
