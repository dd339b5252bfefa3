package org.openclip.hub.adapter;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.LowRank;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;

/**
 * An open file of low-rank adapters: a safetensors file with the tensors of the adapters alone, and
 * their {@link AdapterTraits} in its metadata. Closing it closes the file.
 *
 * @param file the path of the file
 * @param traits the rank, alpha, targets and base
 * @param weights the tensors, by the names of {@link LowRank#names}
 */
public record Adapters(Path file, AdapterTraits traits, Weights weights) implements AutoCloseable {
  /** The name of the file in a checkpoint's folder. */
  public static final String FILE = "adapters.safetensors";

  /**
   * Returns whether a path is a file of adapters, or a folder that holds one.
   *
   * @param path a file or folder, which need not exist
   */
  public static boolean isThere(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    return Files.isRegularFile(file) && AdapterTraits.described(Checkpoints.metadata(file));
  }

  /**
   * Opens a file of adapters.
   *
   * @param path the file, or the folder that holds it
   * @throws InvalidFileException when it is missing, corrupt or not an adapter file
   */
  public static Adapters open(Path path, PluginRegistry plugins) {
    Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    Weights weights = Checkpoints.open(file, plugins);
    try {
      Adapters adapters =
          new Adapters(
              file, AdapterTraits.of(file.toString(), Checkpoints.metadata(file)), weights);
      adapters.check();
      return adapters;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private void check() {
    LowRank lora = traits.lora();
    if (!weights.names().equals(lora.names())) {
      throw new InvalidFileException(
          file.toString(),
          -1,
          "holds the tensors %s, but its adapters are %s".formatted(weights.names(), lora.names()));
    }
    for (String target : lora.targets()) {
      long[] down = weights.get(LowRank.down(target)).shape();
      long[] up = weights.get(LowRank.up(target)).shape();
      if (down.length != 2 || up.length != 2 || down[0] != lora.rank() || up[1] != lora.rank()) {
        throw new InvalidFileException(
            file.toString(),
            -1,
            "has adapters of %s of the shapes %s and %s, but the rank is %s"
                .formatted(target, Arrays.toString(down), Arrays.toString(up), lora.rank()));
      }
    }
  }

  /**
   * Writes adapters.
   *
   * @param folder created when missing
   * @param weights holds the tensors of the adapters, and perhaps others
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public static void write(Path folder, AdapterTraits traits, Weights weights) {
    Map<String, Tensor> own = new LinkedHashMap<>();
    traits.lora().names().forEach(name -> own.put(name, weights.get(name)));
    SafetensorsWriter.write(
        folder.resolve(FILE), WeightSource.of(Weights.of(own)), traits.toMetadata());
  }

  /**
   * Returns a model's weights with the adapters merged into them. They are computed when they are
   * read, so that the adapters must stay open.
   *
   * @param base the weights that the adapters were trained on, under the architecture's names
   * @throws org.openclip.api.InvalidInputException when the adapters belong to other weights
   */
  public Weights merged(Weights base) {
    traits.checkBase(file.toString(), "the model", AdapterTraits.fingerprint(base));
    return traits.lora().merged(base, weights);
  }

  @Override
  public void close() {
    weights.close();
  }
}
