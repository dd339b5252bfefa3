package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Message;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OK;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_RESOURCE_EXHAUSTED;

import org.openclip.api.BackendException;
import org.tensorflow.internal.c_api.TF_Status;

/** Whether a call of TensorFlow's C interface succeeded. */
final class NativeStatus implements AutoCloseable {
  private final TF_Status status = TF_NewStatus();

  TF_Status pointer() {
    return status;
  }

  /**
   * Throws when the last call failed.
   *
   * @param doing what was being done, for the message
   */
  void check(String doing) {
    int code = TF_GetCode(status);
    if (code == TF_OK) {
      return;
    }
    String message = TF_Message(status).getString();
    String hint =
        code == TF_RESOURCE_EXHAUSTED
            ? ". Out of memory: use a smaller batch or a lower precision"
            : "";
    throw new BackendException(NativeLibrary.BACKEND, doing + " failed: " + message + hint);
  }

  @Override
  public void close() {
    TF_DeleteStatus(status);
  }
}
