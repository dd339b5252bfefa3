package org.openclip.hub.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A format of exported models, and the runtime that runs it and knows nothing of OpenCLIP.
 *
 * @param backend that writes it
 * @param format its name
 * @param half a precision of 16 bits that it has words for
 * @param files their names, in the order in which they are told
 * @param runner runs it
 */
record ExportedFormat(
    String backend, String format, Precision half, List<String> files, Runner runner) {
  private static final ExportedFormat ONNX =
      new ExportedFormat(
          "onnx",
          "ONNX",
          Precision.FLOAT16,
          List.of("encode_image.onnx", "encode_text.onnx", "classify.onnx"),
          OnnxRuntime::run);

  private static final ExportedFormat SAVED_MODEL =
      new ExportedFormat(
          "tf",
          "SavedModel",
          Precision.BFLOAT16,
          List.of(
              "saved_model.pb",
              "variables/variables.index",
              "variables/variables.data-00000-of-00001"),
          TensorFlow::run);

  /** What runs a program. */
  interface Runner {
    float[][] run(Path folder, String program, String output, Map<String, Tensor> inputs)
        throws Exception;
  }

  /** Returns the format of the backend that the tests run on. */
  static ExportedFormat ofBackend() {
    String name = PluginRegistry.create().all(BackendProvider.class).get(0).name();
    return name.equals(ONNX.backend) ? ONNX : SAVED_MODEL;
  }

  /** Runs a program, on {@code pixels} or {@code tokens} or both. */
  float[][] run(Path folder, String program, String output, Map<String, Tensor> inputs)
      throws Exception {
    return runner.run(folder, program, output, inputs);
  }

  /** ONNX Runtime. */
  private static final class OnnxRuntime {
    private OnnxRuntime() {}

    static float[][] run(Path folder, String program, String output, Map<String, Tensor> inputs)
        throws OrtException {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      Map<String, OnnxTensor> fed = new HashMap<>();
      String file = folder.resolve(program + ".onnx").toString();
      try (OrtSession session = environment.createSession(file)) {
        for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
          Tensor tensor = input.getValue();
          fed.put(
              input.getKey(),
              tensor.type().floating()
                  ? OnnxTensor.createTensor(
                      environment, FloatBuffer.wrap(tensor.toFloats()), tensor.shape())
                  : OnnxTensor.createTensor(
                      environment, LongBuffer.wrap(tensor.toLongs()), tensor.shape()));
        }
        try (OrtSession.Result result = session.run(fed)) {
          return (float[][]) result.get(output).orElseThrow().getValue();
        }
      } finally {
        fed.values().forEach(OnnxTensor::close);
      }
    }
  }

  /** TensorFlow. */
  private static final class TensorFlow {
    private TensorFlow() {}

    static float[][] run(Path folder, String program, String output, Map<String, Tensor> inputs) {
      Map<String, org.tensorflow.Tensor> fed = new HashMap<>();
      try (SavedModelBundle bundle = SavedModelBundle.load(folder.toString(), "serve")) {
        inputs.forEach(
            (name, tensor) -> {
              Shape shape = Shape.of(tensor.shape());
              fed.put(
                  name,
                  tensor.type().floating()
                      ? TFloat32.tensorOf(shape, DataBuffers.of(tensor.toFloats()))
                      : TInt64.tensorOf(shape, DataBuffers.of(tensor.toLongs())));
            });
        try (Result result = bundle.function(program).call(fed)) {
          TFloat32 tensor = (TFloat32) result.get(output).orElseThrow();
          int width = Math.toIntExact(tensor.shape().get(1));
          float[][] rows = new float[Math.toIntExact(tensor.shape().get(0))][width];
          for (int i = 0; i < rows.length; i++) {
            tensor.get(i).copyTo(DataBuffers.of(rows[i], false, false));
          }
          return rows;
        }
      } finally {
        fed.values().forEach(org.tensorflow.Tensor::close);
      }
    }
  }
}
