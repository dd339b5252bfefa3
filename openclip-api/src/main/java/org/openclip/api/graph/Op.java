package org.openclip.api.graph;

import java.util.List;

/**
 * An operator of a graph with its inputs and attributes.
 *
 * <p>The set of operators is closed. Its level is that of fused kernels in numerical libraries, and
 * no operator is specific to one model family. Backends lower it with an exhaustive {@code switch}.
 * All layouts are row-major; images are NCHW, sequences {@code [batch, length, width]}.
 */
public sealed interface Op permits LeafOp, NeuralOp, ArithmeticOp, LayoutOp, TrainingOp {
  /** Returns the values that the operator reads, in the order of its components. */
  List<Value> inputs();

  /** Returns the operator's name for messages, such as {@code linear}. */
  default String label() {
    String name = getClass().getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }
}
