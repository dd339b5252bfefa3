package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.BackendException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.onnx.model.OnnxModel;

/** The inputs and outputs of an ONNX file from elsewhere. */
public final class OnnxFileInputs {
  private OnnxFileInputs() {}

  /**
   * Returns the signature that a session declares.
   *
   * @throws BackendException when it takes what no tensor of this library holds
   */
  public static OnnxProgram.Signature of(Path file, OrtSession session) throws OrtException {
    List<LeafOp.Input> inputs = new ArrayList<>();
    for (NodeInfo node : session.getInputInfo().values()) {
      if (!(node.getInfo() instanceof TensorInfo tensor)) {
        throw refused(file, node, "no tensor");
      }
      inputs.add(
          new LeafOp.Input(
              node.getName(), shape(node.getName(), tensor), type(file, node, tensor.type)));
    }
    return new OnnxProgram.Signature(
        file.toString(), List.copyOf(inputs), session.getOutputInfo().keySet());
  }

  private static Shape shape(String input, TensorInfo tensor) {
    long[] sizes = tensor.getShape();
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < sizes.length; axis++) {
      dims.add(sizes[axis] > 0 ? Dim.of(sizes[axis]) : Dim.symbol(input + "." + axis));
    }
    return Shape.of(dims.toArray(Dim[]::new));
  }

  private static DataType type(Path file, NodeInfo node, OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> DataType.FLOAT32;
      case FLOAT16 -> DataType.FLOAT16;
      case INT64 -> DataType.INT64;
      case INT32 -> DataType.INT32;
      case BOOL -> DataType.BOOL;
      default -> throw refused(file, node, "a tensor of " + type);
    };
  }

  private static BackendException refused(Path file, NodeInfo node, String what) {
    return new BackendException(
        OnnxModel.BACKEND,
        "the input '"
            + node.getName()
            + "' of "
            + file
            + " is "
            + what
            + ", which is not supported as an input");
  }
}
