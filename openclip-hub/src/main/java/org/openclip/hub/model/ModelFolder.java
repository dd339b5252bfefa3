package org.openclip.hub.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.io.ModelFiles;
import org.openclip.hub.quantize.QuantizedFormat;
import org.openclip.hub.remote.FolderSource;

/**
 * A model folder, as in the reference's {@code local-dir:} and on hubs: {@code
 * open_clip_config.json} and a checkpoint.
 *
 * @param path the folder
 * @param modelConfig the object {@code model_cfg}
 * @param preprocessConfig the object {@code preprocess_cfg}; empty when there is none
 */
public record ModelFolder(
    Path path, Map<String, Object> modelConfig, Map<String, Object> preprocessConfig) {
  /** The name of the configuration's file. */
  public static final String CONFIG = ModelFiles.CONFIG;

  /** The name of checkpoints that are written. */
  public static final String CHECKPOINT = ModelFiles.CHECKPOINT;

  private static final String MISSING =
      "is missing; a model folder needs it beside the checkpoint. To load a checkpoint without it,"
          + " use a model name such as ViT-B-32 and set pretrained to the checkpoint";

  /**
   * Reads the configuration of a folder.
   *
   * @throws InvalidInputException when there is no such folder
   * @throws InvalidFileException when its configuration is missing or wrong
   */
  public static ModelFolder read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "there is no folder " + folder + "; a model folder with " + CONFIG + " is expected");
    }
    return read(FolderSource.of(folder, FetchOptions.DEFAULT));
  }

  /** Reads the configuration of a folder that may be remote. Only this file is downloaded. */
  public static ModelFolder read(ModelSource files) {
    Path file;
    try {
      file = files.fetch(CONFIG);
    } catch (UnknownNameException e) {
      throw new InvalidFileException(files + "/" + CONFIG, -1, MISSING, e);
    }
    if (!Files.isRegularFile(file)) {
      throw new InvalidFileException(file.toString(), -1, MISSING);
    }
    ConfigReader reader = new ConfigReader("", JsonObjects.read(file));
    if (!reader.has("model_cfg")) {
      throw new InvalidFileException(file.toString(), -1, "has no object model_cfg");
    }
    Path folder = file.getParent();
    ModelFolder read =
        new ModelFolder(
            folder == null ? Path.of("") : folder,
            reader.map("model_cfg"),
            reader.map("preprocess_cfg"));
    if (reader.has(QuantizedFormat.CONFIG_KEY)) {
      QuantizedFormat.checkConfig(file.toString(), reader.map(QuantizedFormat.CONFIG_KEY));
    }
    reader.finish();
    return read;
  }

  /**
   * Returns the checkpoint of the folder: the one with the most preferred name, otherwise the
   * first.
   */
  public Optional<Path> findCheckpoint() {
    return ModelFiles.checkpoint(FolderSource.of(path, FetchOptions.DEFAULT).names())
        .map(path::resolve);
  }

  /**
   * Writes a model folder that the reference can load. An older model in the folder is replaced,
   * weights first, so that there is never a configuration with incomplete weights.
   *
   * @param folder created when missing
   * @param weights written one tensor at a time as safetensors
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public static void write(
      Path folder, ModelConfig config, PreprocessConfig preprocess, WeightSource weights) {
    write(folder, config, preprocess, weights, Map.of());
  }

  /**
   * Writes a model folder with metadata in the weights file.
   *
   * @param metadata the metadata, by key, such as the origin of the weights
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public static void write(
      Path folder,
      ModelConfig config,
      PreprocessConfig preprocess,
      WeightSource weights,
      Map<String, String> metadata) {
    write(folder, config, preprocess, weights, metadata, Map.of());
  }

  /**
   * Writes a model folder with more objects in its configuration.
   *
   * @param more objects beside {@code model_cfg} and {@code preprocess_cfg}, by their keys
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public static void write(
      Path folder,
      ModelConfig config,
      PreprocessConfig preprocess,
      WeightSource weights,
      Map<String, String> metadata,
      Map<String, Object> more) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model_cfg", config.toJson());
    json.put("preprocess_cfg", preprocess.toJson());
    json.putAll(more);
    write(folder, json, weights, metadata);
  }

  /**
   * Writes the folder of a model of sound and text (CLAP), with metadata in the weights file.
   *
   * @param metadata the metadata, by key, such as the origin of the weights
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public static void write(
      Path folder, ClapConfig config, WeightSource weights, Map<String, String> metadata) {
    write(folder, Map.of("model_cfg", config.toJson()), weights, metadata);
  }

  /**
   * Writes the folder of a generative model, with metadata in the weights file.
   *
   * @param weights without the copies that the reference's state dict has; they are written too
   * @param metadata the metadata, by key, such as the origin of the weights
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public static void write(
      Path folder,
      GenerativeArchitecture architecture,
      WeightSource weights,
      Map<String, String> metadata) {
    write(
        folder,
        Map.of("model_cfg", architecture.config()),
        new CopiedWeights(weights, architecture.encoder().copies()),
        metadata);
  }

  /**
   * Writes the folder of a generative model of images.
   *
   * @param preprocess how its images are prepared
   * @param weights without the copies that the reference's state dict has; they are written too
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public static void write(
      Path folder,
      GenerativeArchitecture architecture,
      PreprocessConfig preprocess,
      WeightSource weights) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model_cfg", architecture.config());
    json.put("preprocess_cfg", preprocess.toJson());
    write(folder, json, new CopiedWeights(weights, architecture.encoder().copies()), Map.of());
  }

  private static void write(
      Path folder, Map<String, Object> json, WeightSource weights, Map<String, String> metadata) {
    SafetensorsWriter.write(folder.resolve(CHECKPOINT), weights, metadata);
    byte[] text = JsonObjects.write(json).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(folder.resolve(CONFIG), channel -> channel.write(ByteBuffer.wrap(text)));
  }
}
