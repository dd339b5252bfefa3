package org.openclip.backend.tf.lowering;

/** The arrangements in which one value may lie in memory. */
enum Layout {
  /** As the graph has it. */
  PLAIN,
  /** All axes but the last as one, for matrix products: {@code [rows, width]}. */
  ROWS,
  /** A picture {@code [batch, height, width, channels]}, as TensorFlow's kernels want it. */
  CHANNELS_LAST
}
