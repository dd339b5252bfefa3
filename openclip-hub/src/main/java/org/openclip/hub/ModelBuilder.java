package org.openclip.hub;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openclip.api.FetchException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.FetchListener;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.definition.ModelDefinition;
import org.openclip.hub.definition.ModelParts;
import org.openclip.hub.export.ModelExport;
import org.openclip.hub.export.ModelWriter;
import org.openclip.hub.export.TokenizerCopy;
import org.openclip.hub.fingerprint.ModelFingerprint;
import org.openclip.hub.model.ModelState;
import org.openclip.hub.quantize.PrecisionChoice;
import org.openclip.hub.runtime.BatchSize;
import org.openclip.hub.runtime.Resources;

/**
 * Builds a model with all settings: weights, backend, device, precision, threads, batch size and
 * others. The methods that set something return this builder. A builder can load several models.
 * Not thread-safe.
 */
public final class ModelBuilder {
  private final String name;
  private final Map<String, Object> overrides = new LinkedHashMap<>();
  private final Map<String, Object> preprocess = new LinkedHashMap<>();
  private @Nullable PluginRegistry plugins;
  private @Nullable String pretrained;
  private @Nullable Weights weights;
  private @Nullable String backend;
  private boolean naflex;
  private BackendOptions options = BackendOptions.DEFAULT;
  private boolean precisionChosen;
  private FetchOptions fetching = FetchOptions.DEFAULT;
  private int batchSize = 32;

  ModelBuilder(String name) {
    this.name = name;
  }

  /** Returns the name of the requested model. */
  public String name() {
    return name;
  }

  /**
   * Sets the weights: a pretrained tag, such as {@code laion2b_s34b_b79k}, or the path or URI of a
   * checkpoint. A tag, or a configuration beside a checkpoint, sets the activation and the
   * preprocessing that the weights were trained with. A model folder sets the whole configuration.
   */
  public ModelBuilder pretrained(String tagOrPath) {
    pretrained = tagOrPath;
    return this;
  }

  /** Uses weights that are already open. Their owner must close them after the model. */
  public ModelBuilder weights(Weights open) {
    weights = open;
    return this;
  }

  /** Sets the backend by name, such as {@code onnx}. The default is the preferred backend. */
  public ModelBuilder backend(String backendName) {
    backend = backendName;
    return this;
  }

  /** Sets the device that runs the model. */
  public ModelBuilder device(Device device) {
    options = options.withDevice(device);
    return this;
  }

  /**
   * Sets the precision of the computation. The default is fp32, or int8 for 8-bit weights. In int8,
   * large matrices are rounded to 8 bits when the model is loaded; else 8-bit weights are widened.
   */
  public ModelBuilder precision(Precision precision) {
    precisionChosen = true;
    options = options.withPrecision(precision);
    return this;
  }

  /**
   * Sets how many cores each call may use for decoding and encoding together. The default, 0, means
   * all cores; small models use one of them to encode.
   */
  public ModelBuilder threads(int threads) {
    options = options.withThreads(threads);
    return this;
  }

  /**
   * Sets whether the threads of one run spin while they wait for each other; the default is true.
   * Spinning is faster, but costs more if other processes need the cores.
   */
  public ModelBuilder spin(boolean spins) {
    options = options.withSpin(spins);
    return this;
  }

  /**
   * Sets whether weights are copied into the runtime's own layout; the default is true. Without it
   * a model opens sooner and needs less memory, but each call takes longer.
   */
  public ModelBuilder packWeights(boolean packs) {
    options = options.withPack(packs);
    return this;
  }

  /** Sets the batch size: how many images or texts run at once, 1 to 4096. The default is 32. */
  public ModelBuilder batchSize(int size) {
    batchSize = BatchSize.checked(size);
    return this;
  }

  /**
   * Sets a value of the model's configuration.
   *
   * @param key the path of the key, such as {@code vision_cfg.image_size}
   * @param value a string, boolean, number, list or map, as in JSON
   */
  public ModelBuilder override(String key, Object value) {
    overrides.put(key, value);
    return this;
  }

  /** Sets the size of the input images, in pixels. Positional embeddings are interpolated. */
  public ModelBuilder imageSize(int height, int width) {
    return override("vision_cfg.image_size", height == width ? height : List.of(height, width));
  }

  /** Sets the number of tokens of a text. Positional embeddings are interpolated. */
  public ModelBuilder contextLength(int tokens) {
    return override("text_cfg.context_length", tokens);
  }

  /** Converts the image tower, a ViT or EVA, to one for images of any shape (NaFlex). */
  public ModelBuilder naflex() {
    naflex = true;
    return this;
  }

  /**
   * Sets a value of the image preprocessing.
   *
   * @param key a key of {@code preprocess_cfg}, such as {@code interpolation}; the size is that of
   *     the tower
   */
  public ModelBuilder preprocess(String key, Object value) {
    preprocess.put(key, value);
    return this;
  }

  /** Sets the cache folder of downloads, instead of the caches that docs/hub.md lists. */
  public ModelBuilder cacheFolder(Path folder) {
    fetching = new FetchOptions(folder, fetching.offline(), fetching.listener());
    return this;
  }

  /** Uses only local files, without any network access. */
  public ModelBuilder offline(boolean only) {
    fetching = new FetchOptions(fetching.cacheFolder(), only, fetching.listener());
    return this;
  }

  /** Sets a listener for the progress of downloads. */
  public ModelBuilder onFetch(FetchListener listener) {
    fetching = new FetchOptions(fetching.cacheFolder(), fetching.offline(), listener);
    return this;
  }

  /** Sets the plugin registry, instead of the one of the thread's class path. */
  public ModelBuilder plugins(PluginRegistry registry) {
    plugins = registry;
    return this;
  }

  /** Returns the plugin registry. */
  public PluginRegistry registry() {
    PluginRegistry chosen = plugins;
    if (chosen == null) {
      chosen = PluginRegistry.create(ModelBuilder.class);
      plugins = chosen;
    }
    return chosen;
  }

  /**
   * Returns the architecture of the model, with the overrides, without reading any weights.
   *
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidConfigException when the configuration is invalid
   */
  public Architecture architecture() {
    return parts().architecture();
  }

  /**
   * Returns the image preprocessing of the model, with the overrides.
   *
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidConfigException when the configuration is invalid
   */
  public PreprocessConfig preprocessing() {
    return parts().preprocessing();
  }

  /**
   * Returns the tokenizer of the model, without reading any weights.
   *
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidConfigException when the configuration is invalid
   */
  public Tokenizer tokenizer() {
    return parts().tokenizer();
  }

  private ModelParts parts() {
    PluginRegistry registry = registry();
    ModelDefinition definition = ModelDefinition.find(name, pretrained, registry, fetching);
    definition = naflex ? definition.naflex(overrides, registry) : definition;
    return new ModelParts(name, definition.with(overrides, preprocess), registry, fetching);
  }

  /**
   * Loads the model.
   *
   * @throws UnknownNameException when no plugin knows the model, its weights or the backend
   * @throws InvalidConfigException when the configuration is invalid
   * @throws InvalidFileException when a file is missing or corrupt
   * @throws WeightsMismatchException when the weights belong to another model, or are not finite
   * @throws InterruptedCallException when the thread is interrupted; everything that was opened is
   *     closed
   */
  public ClipModel load() {
    InterruptedCallException.check("model " + name + " was loaded");
    return new ModelLoading(
            parts(), weights, registry(), provider(), options, precision(), batchSize)
        .load();
  }

  /**
   * Returns the {@linkplain ClipModel#fingerprint fingerprint} of the model that would be loaded,
   * without running it.
   *
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws FetchException when a file must be fetched and cannot be
   * @throws InvalidFileException when a file is missing or corrupt
   * @throws WeightsMismatchException when the weights are those of another model, or not finite
   */
  public String fingerprint() {
    return ModelFingerprint.of(parts(), precision(), weights);
  }

  /**
   * Exports the model in the file format of a backend's runtime, in the precision of this builder,
   * so that it runs without OpenCLIP. Its preprocessing and its tokenizer are written beside it.
   *
   * @param folder created when missing; files of the same names in it are replaced
   * @return the files written
   * @throws UnknownNameException when no plugin knows the model, its weights or the backend
   * @throws InvalidInputException when the backend has no file format
   * @throws WeightsMismatchException when the weights belong to another model, or are not finite
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public List<Path> export(Path folder) {
    return writer().export(folder, ModelExport.exporter(registry(), backend), precision());
  }

  private PrecisionChoice precision() {
    return new PrecisionChoice(precisionChosen ? options.precision() : null);
  }

  /**
   * Opens the weights and hands them over, without any backend.
   *
   * @param use what is done with them while they are open
   * @return what it returns
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws WeightsMismatchException when the weights are those of another model, or not finite
   */
  public <T> T withState(Function<ModelState, T> use) {
    ModelParts parts = parts();
    try (Resources resources = new Resources()) {
      Weights state = parts.state(weights, resources);
      return use.apply(
          new ModelState(parts.architecture(), parts.preprocessing(), state, parts.metadata()));
    }
  }

  /**
   * Writes the files that the model's tokenizer is made from.
   *
   * @param folder a folder that is there
   * @return the files written; none for built-in tokenizers without any
   * @throws OpenClipException when the folder cannot be written
   */
  public List<Path> saveTokenizer(Path folder) {
    return new TokenizerCopy(parts(), fetching).write(folder);
  }

  /**
   * Downloads everything that is needed to load the model without a network.
   *
   * @return the checkpoint
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws FetchException when a file cannot be fetched
   */
  public Path fetch() {
    return parts().fetch();
  }

  /**
   * Writes a model folder that can be published and that the reference can load: {@code
   * open_clip_config.json}, {@code open_clip_model.safetensors} and the tokenizer's files.
   *
   * @param folder created when missing; files of the same names in it are replaced
   * @return the files written
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws WeightsMismatchException when the weights belong to another model, or are not finite
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public List<Path> save(Path folder) {
    return writer().folder(folder);
  }

  /**
   * Writes the configuration and the weights only. It does not need the tokenizer's files.
   *
   * @param folder created when missing; files of the same names in it are replaced
   * @param type the type to which the weights are rounded; null to keep the type of each tensor
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws WeightsMismatchException when the weights belong to another model, or are not finite
   * @throws OpenClipException when the disk is full, the folder cannot be written, or a number is
   *     too large for the type
   */
  public void saveWeights(Path folder, @Nullable DataType type) {
    writer().weights(folder, type);
  }

  /**
   * Writes the model for Hugging Face transformers, as {@code CLIPModel} or {@code SiglipModel}:
   * its configuration, weights, preprocessing and the tokenizer's files. If the tokenizer is not
   * available, this is logged, and its files must be added by hand.
   *
   * @param folder created when missing; files of the same names in it are replaced
   * @param type the type to which the weights are rounded; null to keep the type of each tensor
   * @return the files written, those of the tokenizer last
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws InvalidInputException when that library has no such model; the message says why
   * @throws WeightsMismatchException when the weights belong to another model, or are not finite
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public List<Path> saveTransformers(Path folder, @Nullable DataType type) {
    return writer().transformers(folder, type);
  }

  private ModelWriter writer() {
    return new ModelWriter(parts(), weights, fetching);
  }

  /** Reads the weights through and compares them with the architecture, as {@link #load} does. */
  public void check() {
    try (Resources resources = new Resources()) {
      parts().state(weights, resources);
    }
  }

  private BackendProvider provider() {
    return backend == null
        ? registry().preferred(BackendProvider.class)
        : registry().named(BackendProvider.class, backend);
  }
}
