package org.openclip.backend.tf.lowering;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.NativeGraph;
import org.openclip.backend.tf.runtime.Output;

/**
 * A result whose derivatives are written here: TensorFlow has none for it, or takes more operations
 * for them.
 */
final class Joint {
  /** No derivative of it is TensorFlow's own, and it has as many operands as are needed. */
  private static final String TYPE = "IdentityN";

  private final NativeGraph graph;
  private final List<Output> operands = new ArrayList<>();
  private final List<DataType> types = new ArrayList<>();

  /** Begins with the result. */
  Joint(NativeGraph graph, Output result, DataType type) {
    this.graph = graph;
    operands.add(graph.op("StopGradient").inputs(result).build());
    types.add(type);
  }

  /** Returns whether this platform lets derivatives be written. */
  static boolean possible(Lowering lowering) {
    return lowering.phase().derived() && lowering.graph().derives(TYPE);
  }

  /** Adds what the result depends on. */
  Joint by(Output operand, DataType type) {
    operands.add(operand);
    types.add(type);
    return this;
  }

  /**
   * Returns the result.
   *
   * @param backward writes the derivatives by what was added, in order
   */
  Output derived(NativeGraph.Backward backward) {
    Output joint = graph.op(TYPE).inputList(operands).types("T", types).build();
    graph.derive(
        TYPE,
        joint,
        incoming -> {
          List<Output> derivatives = new ArrayList<>();
          // Nothing reads the derivative by the result itself.
          derivatives.add(incoming);
          derivatives.addAll(backward.write(incoming));
          return derivatives;
        });
    return joint;
  }
}
