package org.openclip.backend.onnx.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** The elements of tensors as ONNX files hold them: little-endian, perhaps in another type. */
public final class TensorBytes {
  /** How many elements are converted at once. */
  private static final int BLOCK = 1 << 14;

  private TensorBytes() {}

  /** Returns how many bytes a tensor takes in a type. */
  public static long count(Tensor tensor, DataType type) {
    return tensor.count() * type.bytes();
  }

  /** Writes a tensor's elements in a type; none but floats are converted. */
  public static void write(Tensor tensor, DataType type, OutputStream out) throws IOException {
    if (tensor.type() != type && !(tensor.type().floating() && type.floating())) {
      throw new OpenClipException("a tensor of " + tensor.type() + " has no elements of " + type);
    }
    if (tensor.type() == type && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      WritableByteChannel channel = Channels.newChannel(out);
      for (ByteBuffer chunk : tensor.chunks()) {
        while (chunk.hasRemaining()) {
          channel.write(chunk);
        }
      }
      return;
    }
    ByteBuffer block = ByteBuffer.allocate(BLOCK * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (ByteBuffer chunk : tensor.chunks()) {
      while (chunk.hasRemaining()) {
        block.clear();
        for (int i = 0; i < BLOCK && chunk.hasRemaining(); i++) {
          copy(chunk, tensor.type(), block, type);
        }
        out.write(block.array(), 0, block.position());
      }
    }
  }

  private static void copy(ByteBuffer from, DataType type, ByteBuffer to, DataType wanted) {
    switch (type) {
      case FLOAT32 -> put(from.getFloat(), to, wanted);
      case FLOAT16 -> put(Float.float16ToFloat(from.getShort()), to, wanted);
      case BFLOAT16 -> put(Float.intBitsToFloat(from.getShort() << 16), to, wanted);
      case INT64 -> to.putLong(from.getLong());
      case INT32 -> to.putInt(from.getInt());
      case INT8, BOOL -> to.put(from.get());
    }
  }

  private static void put(float value, ByteBuffer to, DataType type) {
    switch (type) {
      case FLOAT32 -> to.putFloat(value);
      case FLOAT16 -> to.putShort(Float.floatToFloat16(value));
      case BFLOAT16 -> to.putShort(bfloat16(value));
      case INT64, INT32, INT8, BOOL -> throw new OpenClipException(type + " holds no floats");
    }
  }

  /** Rounds to the nearest, and to the even one of two that are equally near. */
  static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    int odd = (bits >>> 16) & 1;
    return (short) ((bits + 0x7fff + odd) >>> 16);
  }
}
