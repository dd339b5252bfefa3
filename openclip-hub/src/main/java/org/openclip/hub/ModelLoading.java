package org.openclip.hub;

import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Precision;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.definition.ModelParts;
import org.openclip.hub.fingerprint.ModelFingerprint;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.quantize.PrecisionChoice;
import org.openclip.hub.runtime.Aside;
import org.openclip.hub.runtime.Lazy;
import org.openclip.hub.runtime.LoadedClipModel;
import org.openclip.hub.runtime.Resources;
import org.openclip.hub.runtime.RunningTowers;

/**
 * The loading of a model: its weights are read while its backend starts in another thread.
 *
 * @param parts of the model
 * @param given weights that are open already; null for those of the parts
 * @param registry with the decoders of images
 * @param provider of the backend
 * @param options how the backend runs; the precision is that of the choice
 * @param precision in which the model computes
 * @param batchSize how many images or texts run at once
 */
record ModelLoading(
    ModelParts parts,
    @Nullable Weights given,
    PluginRegistry registry,
    BackendProvider provider,
    BackendOptions options,
    PrecisionChoice precision,
    int batchSize) {
  /** Loads the model. If this fails, everything that was opened is closed. */
  ClipModel load() {
    Resources resources = new Resources();
    Aside<Backend> opening = Aside.start("openclip-backend", () -> open(options, resources));
    boolean loaded = false;
    try {
      Architecture architecture = parts.architecture();
      PreprocessConfig images = parts.preprocessing();
      Weights whole = parts.state(given, resources);
      Precision numbers = precision.of(whole);
      Weights state = precision.apply(architecture, whole);
      Backend opened = opening.join();
      Backend running =
          numbers == options.precision() ? opened : open(options.withPrecision(numbers), resources);
      RunningTowers towers =
          new RunningTowers(architecture, state, running, batchSize, cores(), resources);
      Lazy<Tokenizer> tokenizer = new Lazy<>(parts::tokenizer);
      ModelFingerprint fingerprint = new ModelFingerprint(parts, tokenizer, numbers, given);
      loaded = true;
      return new LoadedClipModel(
          parts.name(),
          architecture,
          tokenizer,
          new Lazy<>(() -> parts.preprocessor(images)),
          new Lazy<>(() -> new PictureFiles(registry)),
          towers,
          parts.metadata(),
          new Lazy<>(fingerprint::compute));
    } finally {
      if (!loaded) {
        opening.settle();
        resources.close();
      }
    }
  }

  private int cores() {
    return options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
  }

  private Backend open(BackendOptions chosen, Resources resources) {
    Backend opened = provider.open(chosen);
    resources.closeLater(opened::close);
    return opened;
  }
}
