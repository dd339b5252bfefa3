package org.openclip.hub.generative;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Precision;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.definition.ModelDefinition;

/**
 * Builds a generative model with all settings: weights, backend and others. The methods that set
 * something return this builder. A builder can load several models. Not thread-safe.
 */
public final class GenerativeBuilder {
  private final String name;
  private final Map<String, Object> overrides = new LinkedHashMap<>();
  private final Map<String, Object> images = new LinkedHashMap<>();
  private @Nullable PluginRegistry plugins;
  private @Nullable String pretrained;
  private @Nullable String backend;
  private BackendOptions options = BackendOptions.DEFAULT;
  private FetchOptions fetching = FetchOptions.DEFAULT;

  GenerativeBuilder(String name) {
    this.name = name;
  }

  /** Sets the weights: a pretrained tag, or the path or URI of a file. */
  public GenerativeBuilder pretrained(String tagOrPath) {
    pretrained = tagOrPath;
    return this;
  }

  /** Sets the backend by name, such as {@code onnx}. The default is the preferred backend. */
  public GenerativeBuilder backend(String backendName) {
    backend = backendName;
    return this;
  }

  /** Sets the device, the precision and the threads of the backend. */
  public GenerativeBuilder options(BackendOptions chosen) {
    options = chosen;
    return this;
  }

  /**
   * Sets a value of the model's configuration.
   *
   * @param key the path of the key, such as {@code vision_cfg.image_seq_len}
   * @param value a string, boolean, number, list or map, as in JSON
   */
  public GenerativeBuilder override(String key, Object value) {
    overrides.put(key, value);
    return this;
  }

  /**
   * Sets a value of the image preprocessing.
   *
   * @param key a key of {@code preprocess_cfg}, such as {@code exif_orientation}
   * @param value a string, boolean, number or list, as in JSON
   */
  public GenerativeBuilder preprocess(String key, Object value) {
    images.put(key, value);
    return this;
  }

  /** Sets the cache folder, the network access and the listener of downloads. */
  public GenerativeBuilder fetching(FetchOptions chosen) {
    fetching = chosen;
    return this;
  }

  /** Sets the plugin registry, instead of the one of the thread's class path. */
  public GenerativeBuilder plugins(PluginRegistry registry) {
    plugins = registry;
    return this;
  }

  private PluginRegistry registry() {
    PluginRegistry chosen = plugins;
    if (chosen == null) {
      chosen = PluginRegistry.create(GenerativeBuilder.class);
      plugins = chosen;
    }
    return chosen;
  }

  private ModelDefinition definition() {
    return ModelDefinition.find(name, pretrained, registry(), fetching).with(overrides, images);
  }

  private GenerativeParts parts() {
    ModelDefinition definition = definition();
    GenerativeArchitecture architecture =
        GenerativeArchitecture.of(definition.config(), registry())
            .orElseThrow(
                () ->
                    new InvalidConfigException(
                        "model_cfg",
                        "of %s has neither genlip_cfg nor genlap_cfg, so it is no generative model; load it with OpenClip or ClapModel"
                            .formatted(name)));
    return new GenerativeParts(name, definition, architecture, registry(), fetching);
  }

  /**
   * Returns the architecture of the model, without reading any weights; empty when the model is not
   * generative.
   *
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidConfigException when the configuration is invalid
   */
  public Optional<GenerativeArchitecture> find() {
    return GenerativeArchitecture.of(definition().config(), registry());
  }

  /** Returns how images are prepared. */
  public PreprocessConfig preprocessing() {
    return PreprocessConfig.of(definition().preprocess());
  }

  /** Returns the tokenizer, of the model's context length. */
  public Tokenizer tokenizer() {
    return parts().tokenizer();
  }

  /**
   * Copies the files of the tokenizer that lie beside the model into another model folder.
   *
   * @param folder that exists
   */
  public void copyTokenizer(Path folder) {
    Path beside = definition().tokenizerFolder();
    if (beside != null) {
      RankFiles.copy(beside, folder);
    }
  }

  /** Returns the plugin registry. */
  public PluginRegistry plugins() {
    return registry();
  }

  /** Returns the name by which the model is asked for. */
  public String name() {
    return name;
  }

  /**
   * Downloads everything that is needed to load the model without a network.
   *
   * @return the checkpoint
   */
  public Path fetch() {
    GenerativeParts parts = parts();
    Path file = parts.checkpoint();
    parts.tokenizer();
    return file;
  }

  /**
   * Loads the model.
   *
   * @throws UnknownNameException when no plugin knows the model, its weights or the backend
   * @throws InvalidConfigException when the configuration is invalid, or of no generative model
   */
  public GenerativeModel load() {
    if (options.precision() == Precision.INT8) {
      throw new InvalidInputException(
          "the generative model %s cannot run in int8; use fp32, fp16 or bf16".formatted(name));
    }
    BackendProvider provider =
        backend == null
            ? registry().preferred(BackendProvider.class)
            : registry().named(BackendProvider.class, backend);
    return GenerativeModel.load(parts(), provider, options);
  }
}
