package org.openclip.hub.export;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.RoundedWeights;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.definition.ModelParts;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.quantize.PrecisionChoice;
import org.openclip.hub.quantize.QuantizedFormat;
import org.openclip.hub.runtime.Resources;

/**
 * Writes a model as a folder that other libraries load.
 *
 * @param parts of the model
 * @param given weights that are open already; null for those of the model's checkpoint
 * @param fetching how files of the tokenizer are fetched
 */
public record ModelWriter(ModelParts parts, @Nullable Weights given, FetchOptions fetching) {
  private static final System.Logger LOG = System.getLogger(ModelWriter.class.getName());

  /** Writes OpenCLIP's configuration and weights and the tokenizer's files; returns the files. */
  public List<Path> folder(Path folder) {
    weights(folder, null);
    List<Path> written = new ArrayList<>();
    written.add(folder.resolve(ModelFolder.CONFIG));
    written.add(folder.resolve(ModelFolder.CHECKPOINT));
    written.addAll(new TokenizerCopy(parts, fetching).write(folder));
    return List.copyOf(written);
  }

  /** Writes OpenCLIP's configuration and weights, rounded to a type unless it is null. */
  public void weights(Path folder, @Nullable DataType type) {
    try (Resources resources = new Resources()) {
      WeightSource source = WeightSource.of(state(resources));
      ModelFolder.write(
          folder,
          parts.architecture().config(),
          parts.preprocessing(),
          type == null ? source : new RoundedWeights(source, type),
          Checkpoints.ownMetadata(parts.metadata()));
    }
  }

  /**
   * Writes the files that Hugging Face's transformers loads. A tokenizer that is not to be had is
   * logged.
   *
   * @param type the type to which the weights are rounded; null to leave each as it is
   * @return the files written, those of the tokenizer last
   */
  public List<Path> transformers(Path folder, @Nullable DataType type) {
    TransformersFolder target = new TransformersFolder(parts);
    List<Path> written = new ArrayList<>();
    try (Resources resources = new Resources()) {
      WeightSource source = WeightSource.of(target.named(state(resources)));
      written.addAll(
          target.write(
              folder,
              type == null ? source : new RoundedWeights(source, type),
              Checkpoints.ownMetadata(parts.metadata())));
    }
    try {
      written.addAll(new TokenizerCopy(parts, fetching).write(folder));
    } catch (OpenClipException e) {
      LOG.log(Level.WARNING, () -> folder + " has no tokenizer files: " + e.getMessage());
    }
    return List.copyOf(written);
  }

  /**
   * Writes the files of a runtime.
   *
   * @param precision of the files
   * @return the files written
   */
  public List<Path> export(Path folder, ModelExporter exporter, PrecisionChoice precision) {
    try (Resources resources = new Resources()) {
      Architecture architecture = parts.architecture();
      Weights state = parts.state(given, resources);
      return new ModelExport(parts.name(), architecture, parts.preprocessing(), precision.of(state))
          .write(
              folder,
              exporter,
              precision.apply(architecture, state),
              parts::tokenizer,
              parts.tokenizerFolder());
    }
  }

  private Weights state(Resources resources) {
    return QuantizedFormat.requireFloats(parts.name(), parts.state(given, resources));
  }
}
