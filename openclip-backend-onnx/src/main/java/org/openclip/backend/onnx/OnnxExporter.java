package org.openclip.backend.onnx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.ExportableModel;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.backend.Precision;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.onnx.lowering.Lowered;
import org.openclip.backend.onnx.lowering.Numbers;
import org.openclip.backend.onnx.model.TensorBytes;

/**
 * Writes models as ONNX files of the standard's operators alone. Weights are inside the files
 * unless they would break the 2 GiB of a protocol buffer; then each tower has a file of weights
 * beside it, which the classifier shares.
 *
 * <p>In {@code fp16} the graph computes in 16 bits, too. In {@code bf16} only the weights have
 * them, for few runtimes have kernels for more.
 */
final class OnnxExporter implements ModelExporter {
  /** Beyond this many bytes weights go outside; what is left is room for the graph. */
  private static final long MOST_INSIDE = Integer.MAX_VALUE - (64L << 20);

  private final long mostInside;

  OnnxExporter() {
    this(MOST_INSIDE);
  }

  /**
   * Creates an exporter with another limit.
   *
   * @param mostInside how many bytes of weights may be inside a file
   */
  OnnxExporter(long mostInside) {
    this.mostInside = mostInside;
  }

  @Override
  public String format() {
    return "ONNX";
  }

  @Override
  public List<Path> export(ExportableModel model, Path folder) {
    Numbers numbers = numbers(model.precision());
    Map<String, Lowered> programs = new LinkedHashMap<>();
    programs.put(ENCODE_IMAGE, Lowered.file(model.image(), model.weights(), numbers));
    programs.put(ENCODE_TEXT, Lowered.file(model.text(), model.weights(), numbers));
    programs.put(CLASSIFY, Lowered.classifier(model, numbers));
    boolean outside = programs.values().stream().anyMatch(p -> bytes(p) > mostInside);
    OnnxFile file = new OnnxFile(folder, outside);
    List<Path> written = new ArrayList<>();
    try {
      for (Map.Entry<String, Lowered> program : programs.entrySet()) {
        written.addAll(file.write(program.getKey() + ".onnx", program.getValue()));
      }
      return List.copyOf(written);
    } catch (IOException e) {
      throw new OpenClipException(
          "model " + model.name() + " cannot be written into " + folder + ": " + e, e);
    }
  }

  private static Numbers numbers(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> Numbers.FLOAT32;
      case FLOAT16 -> new Numbers(DataType.FLOAT16, DataType.FLOAT16);
      case INT8 -> Numbers.of(precision, Device.CPU);
      case BFLOAT16 -> new Numbers(DataType.BFLOAT16, DataType.FLOAT32);
    };
  }

  private static long bytes(Lowered program) {
    return program.model().initializers().stream()
        .mapToLong(
            initializer -> {
              var tensor = program.weights().get(initializer.name());
              return tensor == null ? 0 : TensorBytes.count(tensor, initializer.type());
            })
        .sum();
  }
}
