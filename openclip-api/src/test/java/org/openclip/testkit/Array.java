package org.openclip.testkit;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * Numbers of any type as doubles, row-major: the values of the {@link Interpreter}.
 *
 * @param shape the sizes, outermost first
 * @param data the elements; truth values are 0 and 1
 */
@SuppressWarnings("ArrayRecordComponent")
public record Array(int[] shape, double[] data) {

  static Array zeros(int... shape) {
    return new Array(shape, new double[count(shape)]);
  }

  /** Returns normally distributed float32 numbers. */
  static Array normal(Random random, int... shape) {
    Array array = zeros(shape);
    Arrays.setAll(array.data, i -> (float) random.nextGaussian());
    return array;
  }

  /** Returns integers from 0 to before a bound. */
  static Array integers(Random random, int bound, int... shape) {
    Array array = zeros(shape);
    Arrays.setAll(array.data, i -> random.nextInt(bound));
    return array;
  }

  static Array of(Tensor tensor) {
    int[] shape = Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
    Array array = zeros(shape);
    switch (tensor.type()) {
      case FLOAT32, FLOAT16, BFLOAT16 -> {
        float[] floats = tensor.toFloats();
        Arrays.setAll(array.data, i -> floats[i]);
      }
      case INT64 -> {
        long[] longs = tensor.toLongs();
        Arrays.setAll(array.data, i -> longs[i]);
      }
      case INT32 -> Arrays.setAll(array.data, i -> tensor.data().getInt(4 * i));
      case INT8, BOOL -> Arrays.setAll(array.data, i -> tensor.data().get(i));
    }
    return array;
  }

  Tensor tensor(DataType type) {
    long[] sizes = Arrays.stream(shape).asLongStream().toArray();
    var bytes = Tensor.allocate((long) data.length * type.bytes());
    for (double x : data) {
      switch (type) {
        case FLOAT32 -> bytes.putFloat((float) x);
        case FLOAT16 -> bytes.putShort(Float.floatToFloat16((float) x));
        case BFLOAT16 -> bytes.putShort((short) (Float.floatToRawIntBits((float) x) >>> 16));
        case INT64 -> bytes.putLong((long) x);
        case INT32 -> bytes.putInt((int) x);
        case INT8, BOOL -> bytes.put((byte) x);
      }
    }
    return Tensor.of(type, bytes.flip(), sizes);
  }

  int rank() {
    return shape.length;
  }

  /** Returns an array whose elements are computed from their indices. */
  static Array from(int[] shape, ToDoubleFunction<int[]> element) {
    Array array = zeros(shape);
    int[] index = new int[shape.length];
    for (int i = 0; i < array.data.length; i++) {
      array.data[i] = element.applyAsDouble(index);
      for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
        index[axis] = 0;
      }
    }
    return array;
  }

  /** Returns the element that broadcasting pairs with an index of a larger shape. */
  double at(int... index) {
    int offset = 0;
    int lead = index.length - shape.length;
    for (int axis = 0; axis < shape.length; axis++) {
      offset = offset * shape[axis] + (shape[axis] == 1 ? 0 : index[lead + axis]);
    }
    return data[offset];
  }

  static int count(int... shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  static int[] broadcast(int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] shape = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int x = i <= a.length ? a[a.length - i] : 1;
      int y = i <= b.length ? b[b.length - i] : 1;
      shape[rank - i] = x == 1 ? y : x;
    }
    return shape;
  }

  /** Returns a copy of an index with one axis changed. */
  static int[] with(int[] index, int axis, int value) {
    int[] changed = index.clone();
    changed[axis] = value;
    return changed;
  }

  /** Returns a copy of an index with an axis added. */
  static int[] insert(int[] index, int axis, int value) {
    int[] longer = new int[index.length + 1];
    System.arraycopy(index, 0, longer, 0, axis);
    longer[axis] = value;
    System.arraycopy(index, axis, longer, axis + 1, index.length - axis);
    return longer;
  }
}
