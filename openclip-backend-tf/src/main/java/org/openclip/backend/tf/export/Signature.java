package org.openclip.backend.tf.export;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.ElementTypes;
import org.openclip.backend.tf.runtime.NativeGraph;
import org.openclip.backend.tf.runtime.Output;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * What a program takes and yields.
 *
 * @param inputs by name
 * @param outputs by name
 * @param graphs which have the shapes of all of them
 */
record Signature(Map<String, Output> inputs, Map<String, Output> outputs, List<Graph> graphs) {
  private static final String METHOD = "tensorflow/serving/predict";

  /** Returns the sizes with -1 for those that are known only at run time. */
  static long[] sizes(Shape shape) {
    return shape.dims().stream().mapToLong(d -> d.fixed() ? d.size() : -1).toArray();
  }

  /** Returns the signature in TensorFlow's form. */
  SignatureDef definition(NativeGraph graph) {
    SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName(METHOD);
    for (Graph each : graphs) {
      for (LeafOp.Input input : each.inputs()) {
        Output output = inputs.get(input.name());
        if (output != null) {
          signature.putInputs(input.name(), info(graph, output, input.shape(), input.type()));
        }
      }
      for (Map.Entry<String, Value> entry : each.outputs().entrySet()) {
        Output output = outputs.get(entry.getKey());
        if (output != null) {
          Value value = entry.getValue();
          signature.putOutputs(entry.getKey(), info(graph, output, value.shape(), value.type()));
        }
      }
    }
    return signature.build();
  }

  private static TensorInfo info(NativeGraph graph, Output output, Shape shape, DataType type) {
    TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
    for (long size : sizes(shape)) {
      sizes.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorInfo.newBuilder()
        .setName(graph.name(output))
        .setDtype(
            Objects.requireNonNull(
                org.tensorflow.proto.DataType.forNumber(ElementTypes.code(type))))
        .setTensorShape(sizes)
        .build();
  }
}
