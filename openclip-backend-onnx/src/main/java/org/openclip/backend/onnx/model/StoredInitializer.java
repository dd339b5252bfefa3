package org.openclip.backend.onnx.model;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * The message of a tensor.
 *
 * @param header its fields but the elements
 * @param elements the elements that are part of the message; null for none
 * @param type in which they are written
 */
public record StoredInitializer(ProtoMessage header, @Nullable Tensor elements, DataType type) {
  /** A field of TensorProto. */
  private static final int RAW_DATA = 9;

  /** Returns how many bytes the message has. */
  public long size() {
    return elements == null
        ? header.size()
        : header.size() + ProtoMessage.sizeOf(RAW_DATA, TensorBytes.count(elements, type));
  }

  /** Writes the message. */
  public void writeTo(OutputStream out) throws IOException {
    header.writeTo(out);
    if (elements != null) {
      new ProtoMessage().begin(RAW_DATA, TensorBytes.count(elements, type)).writeTo(out);
      TensorBytes.write(elements, type, out);
    }
  }
}
