package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.OrtException;

/** Finds out whether a GPU can be used. */
interface GpuTrial {
  /**
   * Returns when it can.
   *
   * @param index which GPU
   * @throws OrtException when it cannot; the message says why
   */
  void run(int index) throws OrtException;
}
