package org.openclip.backend.tf;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_AllocateTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import org.bytedeco.javacpp.BytePointer;
import org.openclip.backend.tf.runtime.NativeLibrary;
import org.tensorflow.internal.c_api.TF_Tensor;

/** A program that does what no kernel may: it writes the byte behind a tensor of TensorFlow's. */
final class WriteBehind {
  static final String STILL_HERE = "still here";

  private static final int BYTES = 100;

  private WriteBehind() {}

  /**
   * Writes, and frees the tensor.
   *
   * @param arguments how many bytes behind the last one, 0 for the last one itself
   */
  public static void main(String[] arguments) {
    int behind = Integer.parseInt(arguments[0]);
    NativeLibrary.load();
    TF_Tensor tensor =
        TF_AllocateTensor(
            org.tensorflow.internal.c_api.global.tensorflow.TF_UINT8, new long[] {BYTES}, 1, BYTES);
    BytePointer data = new BytePointer(TF_TensorData(tensor)).capacity(BYTES + 4096);
    data.put(BYTES - 1L + behind, (byte) 1);
    TF_DeleteTensor(tensor);
    System.out.println(STILL_HERE);
  }
}
