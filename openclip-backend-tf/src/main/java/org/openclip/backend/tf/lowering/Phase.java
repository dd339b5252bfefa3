package org.openclip.backend.tf.lowering;

import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.TrainingOp;
import org.openclip.backend.tf.runtime.Output;

/** What differs between a program that answers and one that learns. */
public interface Phase {
  /** A program that answers: nothing is random, and batch norms use their running statistics. */
  Phase INFERENCE =
      new Phase() {
        @Override
        public Output translate(TrainingOp op, int place, Output input, Emitter out) {
          return input;
        }

        @Override
        public boolean batchStatistics(NeuralOp.BatchNorm norm) {
          return false;
        }

        @Override
        public void observe(NeuralOp.BatchNorm norm, Output mean, Output variance) {}
      };

  /**
   * Returns what an operator of training makes of its input, {@code float32}.
   *
   * @param place where in its graph the operator is
   */
  Output translate(TrainingOp op, int place, Output input, Emitter out);

  /** Returns whether sequences may have fewer tokens than their shapes say. */
  default boolean freeLength() {
    return false;
  }

  /** Returns whether what is written is derived, too. */
  default boolean derived() {
    return false;
  }

  /** Returns whether pictures may flow between layers in the type of kernels. */
  default boolean narrowPictures() {
    return false;
  }

  /** Returns whether a batch norm uses the statistics of the batch. */
  boolean batchStatistics(NeuralOp.BatchNorm norm);

  /** Returns whether batch norms use the statistics of all processes that train together. */
  default boolean sharedStatistics() {
    return false;
  }

  /** Returns the sum of all processes' tensors, and its derivative the sum of their derivatives. */
  default Output sumOfAll(Output own) {
    return own;
  }

  /** Takes note of the mean and the unbiased variance of a batch, {@code float32[channels]}. */
  void observe(NeuralOp.BatchNorm norm, Output mean, Output variance);
}
