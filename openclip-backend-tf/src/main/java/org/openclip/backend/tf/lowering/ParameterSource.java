package org.openclip.backend.tf.lowering;

import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/** Where a translated graph finds its parameters. */
public interface ParameterSource {
  /** Returns the type in which a parameter is kept. */
  DataType stored(LeafOp.Parameter parameter);

  /** Returns a parameter in the type in which it is kept. */
  Output read(LeafOp.Parameter parameter);

  /**
   * Returns a convolution's weight {@code [out, in, height, width]} in the type in which it is
   * kept, arranged for TensorFlow's kernels: {@code [height, width, in, out]}.
   */
  Output kernel(LeafOp.Parameter parameter);
}
