package org.openclip.train.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.openclip.api.InvalidFileException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.ModelFolder;

/**
 * A training checkpoint: a model folder with the optimizer state and the progress. It appears under
 * its name only when it is whole.
 *
 * @param folder where it lies
 * @param progress how far the training had come
 * @param options the training's options, by flag
 */
public record Checkpoint(Path folder, Progress progress, Map<String, String> options) {
  /** The name of the optimizer's file. */
  public static final String OPTIMIZER = "optimizer.safetensors";

  /** The name of the file that says how far the training had come. */
  public static final String STATE = "training.json";

  private static final String PART = ".part";

  /**
   * Writes a checkpoint; an older one in its place is replaced when the new one is whole.
   *
   * @param model writes the model as it stands into a folder, made when missing
   * @param trainer whose optimizer's state is saved
   * @param options the training's options, by flag
   * @throws OpenClipException when the disk is full or the folder cannot be written; what was there
   *     before is there still
   */
  public static void write(
      Path folder,
      Consumer<Path> model,
      Trainer trainer,
      Progress progress,
      Map<String, String> options) {
    Path part = folder.resolveSibling(folder.getFileName() + PART);
    remove(part);
    boolean whole = false;
    try {
      model.accept(part);
      try (Weights state = trainer.optimizerState()) {
        SafetensorsWriter.write(part.resolve(OPTIMIZER), WeightSource.of(state), Map.of());
      }
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("progress", progress.toJson());
      json.put("options", new TreeMap<>(options));
      byte[] text = JsonObjects.write(json).getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(part.resolve(STATE), channel -> channel.write(ByteBuffer.wrap(text)));
      whole = true;
    } finally {
      if (!whole) {
        remove(part);
      }
    }
    replace(part, folder);
  }

  /**
   * Puts what a process left behind that ended while it wrote into the place of a checkpoint, if it
   * is whole: the new one, or else the one that was to be replaced.
   *
   * @param left a folder whose name ends in {@code .part} or {@code .old}
   * @return the checkpoint's folder; empty when what was left is not whole, or older than that
   */
  static Optional<Path> recover(Path left) {
    String name = String.valueOf(left.getFileName());
    Path folder = left.resolveSibling(name.replaceAll("\\.(part|old)$", ""));
    if (!Files.isRegularFile(left.resolve(STATE))) {
      return Optional.empty();
    }
    try {
      if (name.endsWith(PART)) {
        read(left);
        replace(left, folder);
        return Optional.of(folder);
      }
      if (Files.exists(folder)) {
        return Optional.empty();
      }
      read(left);
      Files.move(left, folder);
      return Optional.of(folder);
    } catch (InvalidFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new OpenClipException(left + " cannot be renamed to " + folder + ": " + e, e);
    }
  }

  private static void replace(Path part, Path folder) {
    Path old = folder.resolveSibling(folder.getFileName() + ".old");
    try {
      remove(old);
      if (Files.exists(folder)) {
        Files.move(folder, old);
      }
      Files.move(part, folder);
      remove(old);
    } catch (IOException e) {
      throw new OpenClipException(folder + " cannot be written: " + e, e);
    }
  }

  /** Removes a folder with what is in it; one that is not there is no fault. */
  public static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new OpenClipException(folder + " cannot be removed: " + e, e);
    }
  }

  /**
   * Reads what a folder says about its training.
   *
   * @throws InvalidFileException when it is no checkpoint of a training
   */
  public static Checkpoint read(Path folder) {
    Path file = folder.resolve(STATE);
    if (!Files.isRegularFile(file)) {
      throw new InvalidFileException(
          file.toString(),
          -1,
          Files.isRegularFile(folder)
              ? "is missing: " + folder + " is a file; use --pretrained to start from its weights"
              : "is missing; --resume needs a checkpoint folder of a training run");
    }
    Map<String, Object> json = JsonObjects.read(file);
    Map<String, String> options = new LinkedHashMap<>();
    if (json.get("options") instanceof Map<?, ?> map) {
      map.forEach((k, v) -> options.put(String.valueOf(k), String.valueOf(v)));
    }
    Map<String, Object> progress = new LinkedHashMap<>();
    if (json.get("progress") instanceof Map<?, ?> map) {
      map.forEach((k, v) -> progress.put(String.valueOf(k), v));
    }
    return new Checkpoint(folder, Progress.of(file.toString(), progress), options);
  }

  /** Opens the model's weights. */
  public Weights weights(PluginRegistry plugins) {
    return Checkpoints.open(folder.resolve(ModelFolder.CHECKPOINT), plugins);
  }

  /** Opens the optimizer's state. */
  public Weights optimizer(PluginRegistry plugins) {
    return Checkpoints.open(folder.resolve(OPTIMIZER), plugins);
  }

  /**
   * Returns a trainer that goes on where this training was.
   *
   * @param backend that trains
   * @param plan what is trained
   * @param fit of the model's weights, which are closed afterwards, to the plan's parameters
   */
  public Trainer trainer(
      Backend backend, TrainingPlan plan, UnaryOperator<Weights> fit, PluginRegistry plugins) {
    try (Weights weights = weights(plugins);
        Weights state = optimizer(plugins)) {
      Trainer trainer = backend.train(plan, fit.apply(weights));
      try {
        trainer.restoreOptimizer(state);
        return trainer;
      } catch (RuntimeException e) {
        trainer.close();
        throw e;
      }
    }
  }
}
