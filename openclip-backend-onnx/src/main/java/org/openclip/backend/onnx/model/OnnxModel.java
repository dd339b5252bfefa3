package org.openclip.backend.onnx.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.openclip.api.tensor.Tensor;

/**
 * A finished ONNX model.
 *
 * @param head the fields of the model's message but the graph
 * @param graph the fields of the graph's message but the initializers
 * @param initializers the tensors that the graph begins with
 */
public record OnnxModel(ProtoMessage head, ProtoMessage graph, List<OnnxInitializer> initializers) {
  /** The name of the backend, for messages. */
  public static final String BACKEND = "onnx";

  /** The field of ModelProto. */
  private static final int GRAPH = 7;

  /** The field of GraphProto. */
  private static final int INITIALIZER = 5;

  /** Where the graph says that its weights are; whoever runs it knows better. */
  public static final String WEIGHTS = "weights";

  /** Returns the model without its weights, as a runtime takes it that is handed them. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writeTo(
          bytes,
          initializer -> {
            Tensor constant = initializer.constant();
            return constant == null
                ? initializer.outside(Map.of("location", WEIGHTS))
                : initializer.inside(constant);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Writes the model.
   *
   * @param storing says how each tensor stands in it
   */
  public void writeTo(OutputStream out, Function<OnnxInitializer, StoredInitializer> storing)
      throws IOException {
    List<StoredInitializer> tensors = new ArrayList<>(initializers.size());
    long length = graph.size();
    for (OnnxInitializer initializer : initializers) {
      StoredInitializer tensor = storing.apply(initializer);
      tensors.add(tensor);
      length += ProtoMessage.sizeOf(INITIALIZER, tensor.size());
    }
    head.writeTo(out);
    new ProtoMessage().begin(GRAPH, length).writeTo(out);
    graph.writeTo(out);
    for (StoredInitializer tensor : tensors) {
      new ProtoMessage().begin(INITIALIZER, tensor.size()).writeTo(out);
      tensor.writeTo(out);
    }
  }
}
