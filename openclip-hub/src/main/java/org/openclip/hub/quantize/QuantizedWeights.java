package org.openclip.hub.quantize;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.io.WeightMemory;

/**
 * The rounding of matrices to 8 bits: the numbers of a row, which belong to one output, share a
 * scale, by which the largest of them becomes 127. The integers lie in memory of their own, a
 * quarter of what the matrices take in float32.
 */
public final class QuantizedWeights {
  /** The largest integer; -128 is not used, so that negating a weight is exact. */
  private static final int LARGEST = 127;

  private QuantizedWeights() {}

  /** Returns whether some of a model's weights are of 8 bits already. */
  public static boolean are(Weights weights) {
    return weights.names().stream().anyMatch(name -> weights.get(name).scales().isPresent());
  }

  /**
   * Returns a model's weights with all layers in 8 bits that are worth it. Weights that are
   * quantized already stay as they are: whoever did it chose which.
   */
  public static Weights of(Architecture architecture, Weights weights) {
    return are(weights)
        ? weights
        : of(smoothed(architecture, weights), LinearLayers.ofBoth(architecture));
  }

  /**
   * Returns weights that compute the same in float, and lose less in 8 bits: those of layer norms
   * and of the layers behind them are balanced.
   */
  public static Weights smoothed(Architecture architecture, Weights weights) {
    return Smoothing.of(architecture, weights);
  }

  /**
   * Returns weights with some of them in 8 bits. The others are shared.
   *
   * @param names the matrices to round
   */
  public static Weights of(Weights weights, Set<String> names) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (String name : weights.names()) {
      Tensor tensor = weights.get(name);
      all.put(name, names.contains(name) ? quantize(tensor) : tensor);
    }
    return Weights.of(all);
  }

  /** Returns a matrix {@code [rows, ...]} of floating-point numbers rounded to 8 bits. */
  public static Tensor quantize(Tensor tensor) {
    InterruptedCallException.check("weights were quantized");
    float[] numbers = tensor.toFloats();
    int rows = Math.toIntExact(tensor.shape()[0]);
    ByteBuffer integers = WeightMemory.allocate(numbers.length);
    float[] scales = new float[rows];
    IntStream.range(0, rows).parallel().forEach(row -> round(numbers, rows, row, scales, integers));
    return Tensor.quantized(
        Tensor.of(DataType.INT8, integers, tensor.shape()), Tensor.of(scales, rows));
  }

  private static void round(
      float[] numbers, int rows, int row, float[] scales, ByteBuffer integers) {
    int length = numbers.length / rows;
    int from = row * length;
    float largest = 0;
    for (int i = from; i < from + length; i++) {
      largest = Math.max(largest, Math.abs(numbers[i]));
    }
    // A row of zeros has any scale; one of the least numbers would have a scale of zero.
    float scale = Math.max(largest / LARGEST, Float.MIN_NORMAL);
    scales[row] = scale;
    for (int i = from; i < from + length; i++) {
      integers.put(i, (byte) Math.round(numbers[i] / scale));
    }
  }

  /** Returns how many bytes weights take. */
  public static long bytes(Weights weights) {
    List<Tensor> tensors = weights.names().stream().map(weights::get).toList();
    return tensors.stream()
        .mapToLong(t -> t.bytes() + t.scales().map(Tensor::bytes).orElse(0L))
        .sum();
  }
}
