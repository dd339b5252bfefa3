package org.openclip.hub.quantize;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.TensorLayout;
import org.openclip.hub.checkpoint.WeightSource;

/**
 * How a file and a folder hold weights of 8 bits: each under its own name as {@code I8}, and its
 * scales, one for each row, as {@code F32} under that name with {@code .int8_scale}. The version of
 * this form is in the free text of the file, and in the configuration of the folder.
 */
public final class QuantizedFormat {
  /** The version that is written, and the only one that is read. */
  public static final int VERSION = 1;

  /** The key of the folder's configuration. OpenCLIP before this form refuses it as unknown. */
  public static final String CONFIG_KEY = "quantization";

  /** The key of the version in the object {@link #CONFIG_KEY}. */
  public static final String VERSION_KEY = "version";

  /** The key of the version in the free text of the weights' file. */
  public static final String METADATA_KEY = "openclip.quantization.version";

  private static final String SCALES = ".int8_scale";

  private QuantizedFormat() {}

  /**
   * Checks the version that a folder's configuration names.
   *
   * @param file its name, for messages
   * @param quantization the object {@link #CONFIG_KEY}
   * @throws InvalidFileException when it is another version
   */
  public static void checkConfig(String file, Map<String, Object> quantization) {
    checkVersion(file, quantization.get(VERSION_KEY));
  }

  private static void checkVersion(String file, @Nullable Object version) {
    if (!String.valueOf(version).equals(String.valueOf(VERSION))) {
      throw new InvalidFileException(
          file,
          -1,
          "contains 8-bit weights in format version %s, but this version of OpenCLIP reads format version %s; quantize the model again with 'openclip quantize', or use the version of OpenCLIP that wrote it"
              .formatted(version == null ? "(none)" : version, VERSION));
    }
  }

  /**
   * Returns the tensors of a file with their scales. Where nothing is of 8 bits, they are the
   * file's.
   *
   * @param file its name, for messages
   * @param metadata its free text
   * @throws InvalidFileException when the version is another one, or scales are missing, of another
   *     shape, or not above 0
   */
  public static Weights join(String file, Weights weights, Map<String, String> metadata) {
    boolean scaled = weights.names().stream().anyMatch(name -> name.endsWith(SCALES));
    if (!scaled && !metadata.containsKey(METADATA_KEY)) {
      return weights;
    }
    checkVersion(file, metadata.get(METADATA_KEY));
    Map<String, Tensor> joined = new LinkedHashMap<>();
    Set<String> names = weights.names();
    for (String name : names) {
      boolean scales =
          name.endsWith(SCALES)
              && names.contains(name.substring(0, name.length() - SCALES.length()));
      if (!scales) {
        Tensor tensor = weights.get(name);
        joined.put(
            name, tensor.type() == DataType.INT8 ? scaled(file, name, tensor, weights) : tensor);
      }
    }
    return Weights.of(joined);
  }

  private static Tensor scaled(String file, String name, Tensor tensor, Weights weights) {
    if (!weights.names().contains(name + SCALES)) {
      throw wrong(file, name, "has no scales " + name + SCALES);
    }
    Tensor scales = weights.get(name + SCALES);
    long rows = tensor.shape().length == 0 ? 0 : tensor.shape()[0];
    if (scales.type() != DataType.FLOAT32 || scales.shape().length != 1 || scales.count() != rows) {
      throw wrong(file, name, "is %s, and its scales are %s".formatted(tensor, scales));
    }
    for (float scale : scales.toFloats()) {
      if (!(scale > 0 && Float.isFinite(scale))) {
        throw wrong(file, name, "has a scale of " + scale + "; scales must be finite and above 0");
      }
    }
    return Tensor.quantized(tensor, scales);
  }

  private static InvalidFileException wrong(String file, String name, String problem) {
    return new InvalidFileException(
        file, -1, "8-bit tensor '%s' %s; quantize the model again".formatted(name, problem));
  }

  /** Returns weights as a file holds them. */
  public static WeightSource source(Weights weights) {
    Map<String, TensorLayout> layout = new LinkedHashMap<>();
    Map<String, String> scaled = new LinkedHashMap<>();
    for (String name : weights.names()) {
      Tensor tensor = weights.get(name);
      layout.put(name, layout(tensor));
      tensor
          .scales()
          .ifPresent(
              scales -> {
                layout.put(name + SCALES, layout(scales));
                scaled.put(name + SCALES, name);
              });
    }
    return new WeightSource() {
      @Override
      public Map<String, TensorLayout> layout() {
        return layout;
      }

      @Override
      public Tensor tensor(String name) {
        String of = scaled.get(name);
        return of == null ? weights.get(name) : weights.get(of).scales().orElseThrow();
      }
    };
  }

  private static TensorLayout layout(Tensor tensor) {
    List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
    return new TensorLayout(tensor.type(), shape);
  }

  /**
   * Refuses weights of 8 bits where none can be written.
   *
   * @param model the model's name, for messages
   * @throws InvalidInputException when there are some
   */
  public static Weights requireFloats(String model, Weights weights) {
    if (QuantizedWeights.are(weights)) {
      throw new InvalidInputException(
          "the weights of %s have 8 bits, and the original weights cannot be restored; use the original model"
              .formatted(model));
    }
    return weights;
  }
}
