package org.openclip.api.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;

/**
 * An n-dimensional array of numbers in row-major order.
 *
 * <p>The elements are in buffers of the machine's byte order. A tensor neither copies nor owns the
 * buffers, so a mapped file stays mapped. A tensor of more than 2 GiB has several buffers, split
 * between rows of its first dimension. Do not write to a tensor after it is shared.
 */
public final class Tensor {
  private final DataType type;
  private final long[] shape;
  private final List<ByteBuffer> chunks;
  private final @Nullable Tensor scales;

  private Tensor(DataType type, long[] shape, List<ByteBuffer> chunks) {
    this(type, shape, chunks, null);
  }

  private Tensor(DataType type, long[] shape, List<ByteBuffer> chunks, @Nullable Tensor scales) {
    this.type = type;
    this.shape = shape.clone();
    this.chunks = chunks;
    this.scales = scales;
    long expected = Math.multiplyExact(count(shape), type.bytes());
    long actual = chunks.stream().mapToLong(ByteBuffer::remaining).sum();
    if (expected != actual) {
      throw new OpenClipException(
          "a tensor "
              + type
              + Arrays.toString(shape)
              + " takes "
              + expected
              + " bytes, not "
              + actual);
    }
  }

  /**
   * Creates a tensor over a buffer without copying it.
   *
   * @param data {@code count(shape) * type.bytes()} bytes from position to limit, in native order
   */
  public static Tensor of(DataType type, ByteBuffer data, long... shape) {
    return new Tensor(type, shape, List.of(data.slice().order(ByteOrder.nativeOrder())));
  }

  /**
   * Creates a tensor over several consecutive buffers without copying them. Each one has whole rows
   * of the first dimension.
   */
  public static Tensor ofChunks(DataType type, List<ByteBuffer> chunks, long... shape) {
    return new Tensor(
        type, shape, chunks.stream().map(c -> c.slice().order(ByteOrder.nativeOrder())).toList());
  }

  /**
   * Returns a tensor of 8-bit integers that stand for floating-point numbers: an element of row
   * {@code r} of the first dimension, times {@code scales[r]}.
   *
   * @param integers {@code INT8[rows, ...]}
   * @param scales {@code FLOAT32[rows]}, finite and above 0
   * @throws OpenClipException when the types or shapes are others
   */
  public static Tensor quantized(Tensor integers, Tensor scales) {
    boolean fit =
        integers.type == DataType.INT8
            && integers.shape.length > 0
            && scales.type == DataType.FLOAT32
            && Arrays.equals(scales.shape, new long[] {integers.shape[0]});
    if (!fit) {
      throw new OpenClipException(
          "a tensor " + integers + " cannot have scales " + scales + "; FLOAT32[rows] is expected");
    }
    return new Tensor(integers.type, integers.shape, integers.chunks, scales);
  }

  /** Creates a float32 tensor from a copy of the values, in direct memory. */
  public static Tensor of(float[] values, long... shape) {
    ByteBuffer data = allocate(4L * values.length);
    data.asFloatBuffer().put(values);
    return of(DataType.FLOAT32, data, shape);
  }

  /** Creates an int64 tensor from a copy of the values, in direct memory. */
  public static Tensor of(long[] values, long... shape) {
    ByteBuffer data = allocate(8L * values.length);
    data.asLongBuffer().put(values);
    return of(DataType.INT64, data, shape);
  }

  /** Allocates a zeroed direct buffer in native byte order. */
  public static ByteBuffer allocate(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }

  /** Returns the number of elements of a shape; 1 for a scalar. */
  public static long count(long... shape) {
    long n = 1;
    for (long d : shape) {
      n = Math.multiplyExact(n, d);
    }
    return n;
  }

  /** Returns the type of the elements. */
  public DataType type() {
    return type;
  }

  /**
   * Returns the factors {@code FLOAT32[rows]} of the rows of a tensor of 8-bit integers that stand
   * for floating-point numbers; empty for any other tensor.
   */
  public Optional<Tensor> scales() {
    return Optional.ofNullable(scales);
  }

  /** Returns whether the elements are, or stand for, floating-point numbers. */
  public boolean real() {
    return type.floating() || scales != null;
  }

  /** Returns a copy of the dimensions, outermost first; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** Returns the number of elements. */
  public long count() {
    return count(shape);
  }

  /** Returns the number of bytes of all elements. */
  public long bytes() {
    return count() * type.bytes();
  }

  /** Returns the buffers of the elements, in order; usually there is one. */
  public List<ByteBuffer> chunks() {
    return chunks.stream().map(c -> c.duplicate().order(ByteOrder.nativeOrder())).toList();
  }

  /**
   * Returns a view of the bytes of all elements, in native order.
   *
   * @throws OpenClipException when the tensor has several buffers
   */
  public ByteBuffer data() {
    if (chunks.size() != 1) {
      throw new OpenClipException(
          "a tensor of "
              + bytes()
              + " bytes is stored in "
              + chunks.size()
              + " buffers; use chunks()");
    }
    return chunks.get(0).duplicate().order(ByteOrder.nativeOrder());
  }

  /**
   * Returns the elements as float32, converted from float16 or bfloat16 if necessary, and
   * multiplied by their scales if there are any.
   *
   * @throws OpenClipException when the elements are not floating-point numbers
   */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(count())];
    int at = 0;
    for (ByteBuffer chunk : chunks()) {
      switch (type) {
        case FLOAT32 -> {
          int n = chunk.remaining() / 4;
          chunk.asFloatBuffer().get(values, at, n);
          at += n;
        }
        case FLOAT16 -> {
          while (chunk.hasRemaining()) {
            values[at++] = Float.float16ToFloat(chunk.getShort());
          }
        }
        case BFLOAT16 -> {
          while (chunk.hasRemaining()) {
            values[at++] = Float.intBitsToFloat(chunk.getShort() << 16);
          }
        }
        case INT8 -> at = scaled(chunk, values, at);
        case INT64, INT32, BOOL -> throw noFloats();
      }
    }
    return values;
  }

  private int scaled(ByteBuffer chunk, float[] values, int start) {
    if (scales == null) {
      throw noFloats();
    }
    float[] factors = scales.toFloats();
    int row = values.length / Math.max(1, factors.length);
    int at = start;
    while (chunk.hasRemaining()) {
      values[at] = chunk.get() * factors[at / row];
      at++;
    }
    return at;
  }

  private OpenClipException noFloats() {
    return new OpenClipException("a tensor of " + type + " has no float values");
  }

  /**
   * Returns the elements of an int64 tensor.
   *
   * @throws OpenClipException when the elements are of another type
   */
  public long[] toLongs() {
    if (type != DataType.INT64) {
      throw new OpenClipException("a tensor of " + type + " is not one of INT64");
    }
    long[] values = new long[Math.toIntExact(count())];
    data().asLongBuffer().get(values);
    return values;
  }

  /** Returns type and shape, such as {@code FLOAT32[2, 3]}; never the elements. */
  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
