package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.testkit.Goldens;

/** The goldens' checkpoints that are folders of a model, by what lies in them. */
final class CheckpointFolders {
  private static final String CONFIG = "open_clip_config.json";
  private static final String WEIGHTS = "open_clip_model.safetensors";

  private CheckpointFolders() {}

  /** Returns the folders that have a configuration; none is a failure. */
  static List<Path> all() {
    try (Stream<Path> files = Files.list(Goldens.path("checkpoints"))) {
      List<Path> found =
          files.filter(folder -> Files.exists(folder.resolve(CONFIG))).sorted().toList();
      assertThat(found).as("folders of models in checkpoints").isNotEmpty();
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the golden of the model in a folder. */
  static Map<String, Object> features(Path folder) {
    Map<String, Object> config = Goldens.object(folder.resolve(CONFIG));
    return Goldens.features("model_cfg", Goldens.get(config, "model_cfg"));
  }

  /** Returns the folder whose model has the weights of a file; none is a failure. */
  static Path fitting(Path file) {
    return all().stream()
        .filter(folder -> fits(folder, file))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no folder of checkpoints has the model of " + file));
  }

  private static boolean fits(Path folder, Path file) {
    try (ClipModel model = OpenClip.load("local-dir:" + folder, file.toString())) {
      return model.logitScale() > 0;
    } catch (WeightsMismatchException e) {
      return false;
    }
  }

  private static DataType type(Path folder) {
    try (Weights weights = Checkpoints.open(folder.resolve(WEIGHTS), PluginRegistry.create())) {
      return narrowest(weights);
    }
  }

  /** Returns the narrowest type of numbers in weights. */
  static DataType narrowest(Weights weights) {
    return weights.names().stream()
        .map(name -> weights.get(name).type())
        .filter(type -> type == DataType.FLOAT16 || type == DataType.BFLOAT16)
        .findFirst()
        .orElse(DataType.FLOAT32);
  }

  /** Returns whether weights have lost digits. */
  static boolean rounded(Path folder) {
    return type(folder) != DataType.FLOAT32;
  }

  /** Returns how close answers come after what the weights have lost. */
  static double tolerance(Path folder) {
    return tolerance(type(folder));
  }

  static double tolerance(DataType type) {
    return type == DataType.FLOAT16 ? 2e-3 : type == DataType.BFLOAT16 ? 2e-2 : 5e-5;
  }
}
