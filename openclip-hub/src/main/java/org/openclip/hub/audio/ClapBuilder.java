package org.openclip.hub.audio;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Precision;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.definition.ModelDefinition;
import org.openclip.hub.runtime.BatchSize;

/**
 * Builds a model of sound and text with all settings: weights, backend, batch size and others. The
 * methods that set something return this builder. A builder can load several models. Not
 * thread-safe.
 */
public final class ClapBuilder {
  private final String name;
  private final Map<String, Object> overrides = new LinkedHashMap<>();
  private @Nullable PluginRegistry plugins;
  private @Nullable String pretrained;
  private @Nullable String backend;
  private BackendOptions options = BackendOptions.DEFAULT;
  private FetchOptions fetching = FetchOptions.DEFAULT;
  private ClipOptions clips = ClipOptions.DEFAULT;
  private int batchSize = 8;

  ClapBuilder(String name) {
    this.name = name;
  }

  /** Sets the weights: a pretrained tag, such as {@code laion}, or the path or URI of a file. */
  public ClapBuilder pretrained(String tagOrPath) {
    pretrained = tagOrPath;
    return this;
  }

  /** Sets the backend by name, such as {@code onnx}. The default is the preferred backend. */
  public ClapBuilder backend(String backendName) {
    backend = backendName;
    return this;
  }

  /** Sets the device, the precision and the threads of the backend. */
  public ClapBuilder options(BackendOptions chosen) {
    options = chosen;
    return this;
  }

  /**
   * Sets how sounds that are shorter or longer than a clip become one. The default is what the
   * reference does when it evaluates a model.
   */
  public ClapBuilder clips(ClipOptions chosen) {
    clips = chosen;
    return this;
  }

  /** Sets how many sounds or texts run at once, 1 to 4096. The default is 8. */
  public ClapBuilder batchSize(int size) {
    batchSize = BatchSize.checked(size);
    return this;
  }

  /**
   * Sets a value of the model's configuration.
   *
   * @param key the path of the key, such as {@code audio_cfg.clip_samples}
   * @param value a string, boolean, number, list or map, as in JSON
   */
  public ClapBuilder override(String key, Object value) {
    overrides.put(key, value);
    return this;
  }

  /** Sets the cache folder, the network access and the listener of downloads. */
  public ClapBuilder fetching(FetchOptions chosen) {
    fetching = chosen;
    return this;
  }

  /** Sets the plugin registry, instead of the one of the thread's class path. */
  public ClapBuilder plugins(PluginRegistry registry) {
    plugins = registry;
    return this;
  }

  /** Returns the plugin registry. */
  public PluginRegistry registry() {
    PluginRegistry chosen = plugins;
    if (chosen == null) {
      chosen = PluginRegistry.create(ClapBuilder.class);
      plugins = chosen;
    }
    return chosen;
  }

  private ModelDefinition definition() {
    return ModelDefinition.find(name, pretrained, registry(), fetching).with(overrides, Map.of());
  }

  private ClapParts parts() {
    return ClapParts.of(name, definition(), registry(), fetching);
  }

  /**
   * Returns whether the model is one of sound and text, without reading any weights.
   *
   * @throws UnknownNameException when no plugin knows a name
   */
  public boolean ofSound() {
    return ClapConfig.describes(definition().config());
  }

  /**
   * Returns the architecture of the model, without reading any weights.
   *
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidConfigException when the configuration is invalid, or not one of sound
   */
  public ClapArchitecture architecture() {
    return parts().architecture();
  }

  /**
   * Returns the model's tokenizer, without reading any weights.
   *
   * @throws UnknownNameException when no plugin knows a name
   */
  public Tokenizer tokenizer() {
    return parts().tokenizer();
  }

  /**
   * Downloads everything that is needed to load the model without a network.
   *
   * @return the checkpoint
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws FetchException when a file cannot be fetched
   */
  public Path fetch() {
    ClapParts parts = parts();
    Path file = parts.checkpoint();
    parts.tokenizer();
    return file;
  }

  /**
   * Loads the model.
   *
   * @throws UnknownNameException when no plugin knows the model, its weights or the backend
   * @throws InvalidConfigException when the configuration is invalid, or not one of sound
   * @throws InvalidFileException when a file is missing or corrupt
   * @throws WeightsMismatchException when the weights belong to another model, or are not finite
   */
  public ClapModel load() {
    if (options.precision() == Precision.INT8) {
      throw new InvalidInputException(
          "model %s of sound and text cannot run in int8; use fp32, fp16 or bf16".formatted(name));
    }
    BackendProvider provider =
        backend == null
            ? registry().preferred(BackendProvider.class)
            : registry().named(BackendProvider.class, backend);
    return ClapModel.load(parts(), provider, new ClapSettings(options, clips, batchSize));
  }
}
