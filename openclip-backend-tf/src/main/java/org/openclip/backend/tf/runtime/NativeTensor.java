package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_AllocateTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Dim;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NumDims;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorByteSize;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorType;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.tensorflow.internal.c_api.Deallocator_Pointer_long_Pointer;
import org.tensorflow.internal.c_api.TF_Tensor;

/** A tensor in TensorFlow's hands. Not safe for many threads. */
public final class NativeTensor implements AutoCloseable {
  private final TF_Tensor tensor;

  /** Keeps Java from freeing memory that TensorFlow reads; null for TensorFlow's own. */
  private final @Nullable Pointer memory;

  private boolean closed;

  /** Tells TensorFlow to leave memory alone that is not its own. */
  private static final class Keep extends Deallocator_Pointer_long_Pointer {
    private static final Keep MEMORY = new Keep();

    @Override
    public void call(Pointer data, long bytes, Pointer argument) {}
  }

  private NativeTensor(TF_Tensor tensor, @Nullable Pointer memory) {
    this.tensor = tensor;
    this.memory = memory;
  }

  /** Takes a tensor over that TensorFlow made. */
  static NativeTensor adopt(TF_Tensor tensor) {
    return new NativeTensor(tensor, null);
  }

  /**
   * Gives a tensor of one buffer to TensorFlow. Direct memory at a multiple of 64 bytes, as a
   * mapped file has it, is read in place, until this tensor is closed and no variable shares it any
   * more; other memory is copied once.
   */
  public static NativeTensor of(Tensor tensor) {
    int type = ElementTypes.code(tensor.type());
    long[] shape = tensor.shape();
    ByteBuffer data = tensor.data();
    if (data.isDirect() && data.hasRemaining()) {
      Pointer memory = new BytePointer(data.slice());
      return new NativeTensor(
          TF_NewTensor(type, shape, shape.length, memory, tensor.bytes(), Keep.MEMORY, null),
          memory);
    }
    return copyOf(tensor);
  }

  /** Copies a tensor, of however many buffers, into TensorFlow's own memory. */
  public static NativeTensor copyOf(Tensor tensor) {
    NativeTensor made = allocate(tensor.type(), tensor.shape());
    long at = 0;
    for (ByteBuffer chunk : tensor.chunks()) {
      if (chunk.hasRemaining()) {
        long bytes = chunk.remaining();
        new BytePointer(TF_TensorData(made.tensor))
            .position(at)
            .limit(at + bytes)
            .asByteBuffer()
            .put(chunk);
        at += bytes;
      }
    }
    return made;
  }

  /** Returns a tensor of undefined elements in TensorFlow's own memory. */
  public static NativeTensor allocate(DataType type, long... shape) {
    long bytes = Tensor.count(shape) * type.bytes();
    return new NativeTensor(
        TF_AllocateTensor(ElementTypes.code(type), shape, shape.length, bytes), null);
  }

  TF_Tensor pointer() {
    return tensor;
  }

  /** Returns the type of the elements. */
  public DataType type() {
    return ElementTypes.type(TF_TensorType(tensor));
  }

  /** Returns the dimensions, outermost first. */
  public long[] shape() {
    long[] shape = new long[TF_NumDims(tensor)];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = TF_Dim(tensor, axis);
    }
    return shape;
  }

  /** Returns the elements where they lie, up to 2 GiB, valid until this tensor is closed. */
  public ByteBuffer bytes() {
    long bytes = TF_TensorByteSize(tensor);
    if (bytes == 0) {
      return Tensor.allocate(0);
    }
    Pointer data = new BytePointer(TF_TensorData(tensor)).capacity(bytes);
    return data.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** Returns a copy of the elements in Java's memory. */
  public Tensor copy() {
    ByteBuffer bytes = bytes();
    ByteBuffer copy = Tensor.allocate(bytes.remaining());
    copy.put(bytes).flip();
    return Tensor.of(type(), copy, shape());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        TF_DeleteTensor(tensor);
      } finally {
        Reference.reachabilityFence(memory);
      }
    }
  }
}
