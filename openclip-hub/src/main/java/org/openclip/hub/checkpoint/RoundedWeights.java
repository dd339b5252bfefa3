package org.openclip.hub.checkpoint;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * Rounds the floating-point tensors of a source to another type: to the nearest, ties to even.
 *
 * @param source the tensors
 * @param type float32, float16 or bfloat16
 */
public record RoundedWeights(WeightSource source, DataType type) implements WeightSource {
  /** The largest finite float16. */
  private static final float LARGEST_HALF = 65504;

  /** Checks the type. */
  public RoundedWeights {
    if (!type.floating()) {
      throw new OpenClipException(
          "weights cannot be converted to %s here; use 'openclip quantize' for 8-bit models"
              .formatted(type));
    }
  }

  @Override
  public Map<String, TensorLayout> layout() {
    Map<String, TensorLayout> layout = new LinkedHashMap<>();
    source
        .layout()
        .forEach(
            (name, l) ->
                layout.put(name, l.type().floating() ? new TensorLayout(type, l.shape()) : l));
    return layout;
  }

  /**
   * Returns a new copy of a tensor.
   *
   * @throws OpenClipException when a number is too large for the type
   */
  @Override
  public Tensor tensor(String name) {
    Tensor tensor = source.tensor(name);
    if (!tensor.type().floating() || tensor.type() == type) {
      return tensor;
    }
    float[] values = tensor.toFloats();
    ByteBuffer bytes = Tensor.allocate((long) values.length * type.bytes());
    for (float value : values) {
      switch (type) {
        case FLOAT32 -> bytes.putFloat(value);
        case FLOAT16 -> bytes.putShort(half(name, value));
        default -> bytes.putShort(upperHalf(value));
      }
    }
    return Tensor.of(type, bytes.flip(), tensor.shape());
  }

  private static short half(String name, float value) {
    short half = Float.floatToFloat16(value);
    if (Float.isFinite(value) && Float.isInfinite(Float.float16ToFloat(half))) {
      throw new OpenClipException(
          "tensor '%s' contains %s, but the maximum of float16 is %s; use bf16"
              .formatted(name, value, LARGEST_HALF));
    }
    return half;
  }

  private static short upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
