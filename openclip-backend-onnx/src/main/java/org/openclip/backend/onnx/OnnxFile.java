package org.openclip.backend.onnx;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.onnx.lowering.Lowered;
import org.openclip.backend.onnx.model.OnnxInitializer;
import org.openclip.backend.onnx.model.StoredInitializer;
import org.openclip.backend.onnx.model.TensorBytes;

/**
 * Writes ONNX models to files without holding their weights in memory: inside the model, or in a
 * file beside it, as a model beyond the 2 GiB of a protocol buffer must have them.
 */
final class OnnxFile {
  /** Where mapped memory may begin on every system, so that readers can map each tensor. */
  private static final int ALIGNMENT = 1 << 16;

  /** Smaller tensors stay inside the model. */
  private static final long LEAST_OUTSIDE = 1024;

  private final Path folder;
  private final boolean outside;

  /** Tensors that lie in a file already, for models that have weights in common. */
  private final Map<String, Place> places = new HashMap<>();

  private record Place(String file, long offset, long length) {}

  /**
   * Creates a writer of models that have weights in common.
   *
   * @param outside whether weights go into files beside the models
   */
  OnnxFile(Path folder, boolean outside) {
    this.folder = folder;
    this.outside = outside;
  }

  /**
   * Writes a model.
   *
   * @param name of the model's file; that of its weights, if there are any, ends with {@code .data}
   * @return the files written
   */
  List<Path> write(String name, Lowered lowered) throws IOException {
    Path model = folder.resolve(name);
    Path weights = folder.resolve(name + ".data");
    boolean beside = outside && writeWeights(weights, lowered);
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(model), 1 << 16)) {
      lowered.model().writeTo(file, initializer -> stored(initializer, lowered));
    }
    return beside ? List.of(model, weights) : List.of(model);
  }

  /** Writes those weights that no file has yet; returns whether there are any. */
  private boolean writeWeights(Path path, Lowered lowered) throws IOException {
    String file = String.valueOf(path.getFileName());
    long end = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16)) {
      for (OnnxInitializer weight : lowered.model().initializers()) {
        Tensor tensor = lowered.weights().get(weight.name());
        if (tensor == null || places.containsKey(weight.name())) {
          continue;
        }
        DataType type = weight.type();
        long length = TensorBytes.count(tensor, type);
        if (length >= LEAST_OUTSIDE) {
          long offset = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
          out.write(new byte[(int) (offset - end)]);
          TensorBytes.write(tensor, type, out);
          places.put(weight.name(), new Place(file, offset, length));
          end = offset + length;
        }
      }
    }
    if (end == 0) {
      Files.delete(path);
    }
    return end > 0;
  }

  /** Returns how a tensor stands in a model: inside, or as a reference to the file beside it. */
  private StoredInitializer stored(OnnxInitializer initializer, Lowered lowered) {
    Place place = places.get(initializer.name());
    if (place != null) {
      Map<String, String> words = new LinkedHashMap<>();
      words.put("location", place.file());
      words.put("offset", Long.toString(place.offset()));
      words.put("length", Long.toString(place.length()));
      return initializer.outside(words);
    }
    Tensor constant = initializer.constant();
    return initializer.inside(
        constant != null
            ? constant
            : Objects.requireNonNull(lowered.weights().get(initializer.name())));
  }
}
