package org.openclip.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.testkit.Goldens;

/** The goldens' checkpoints that are folders of a model, by what lies in them. */
final class CheckpointFolders {
  private static final String CONFIG = "open_clip_config.json";
  private static final String WEIGHTS = "open_clip_model.safetensors";

  private CheckpointFolders() {}

  /** Returns the folders that have a configuration. */
  static List<Path> all() {
    try (Stream<Path> files = Files.list(Goldens.path("checkpoints"))) {
      return files.filter(folder -> Files.exists(folder.resolve(CONFIG))).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the golden of the model in a folder. */
  static Map<String, Object> features(Path folder) {
    Map<String, Object> config = Goldens.object(folder.resolve(CONFIG));
    return Goldens.features("model_cfg", Goldens.get(config, "model_cfg"));
  }

  /** Returns the narrowest type of numbers in a folder's weights. */
  private static DataType type(Path folder) {
    try (Weights weights = Checkpoints.open(folder.resolve(WEIGHTS), PluginRegistry.create())) {
      return weights.names().stream()
          .map(name -> weights.get(name).type())
          .filter(type -> type == DataType.FLOAT16 || type == DataType.BFLOAT16)
          .findFirst()
          .orElse(DataType.FLOAT32);
    }
  }

  /** Returns whether weights have lost digits. */
  static boolean rounded(Path folder) {
    return type(folder) != DataType.FLOAT32;
  }

  /** Returns how close answers come after what the weights have lost. */
  static double tolerance(Path folder) {
    DataType type = type(folder);
    return type == DataType.FLOAT16 ? 2e-3 : type == DataType.BFLOAT16 ? 2e-2 : 5e-5;
  }
}
