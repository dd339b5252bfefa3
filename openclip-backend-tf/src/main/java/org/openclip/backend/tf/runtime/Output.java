package org.openclip.backend.tf.runtime;

import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;

/**
 * One of the results of an operation in a {@link NativeGraph}.
 *
 * @param operation the operation, which lives as long as its graph
 * @param index which of its results
 */
public record Output(TF_Operation operation, int index) {
  /** Writes this into an element of a native array. */
  void store(TF_Output array, int at) {
    array.position(at).oper(operation).index(index);
  }
}
