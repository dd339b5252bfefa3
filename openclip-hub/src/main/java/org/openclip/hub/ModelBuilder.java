package org.openclip.hub;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.ModelExporter;
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
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.RoundedWeights;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.quantize.QuantizedFormat;
import org.openclip.hub.quantize.QuantizedWeights;

/**
 * The choices with which a model is loaded. Each method returns this builder; a builder can load
 * several models and is not safe for many threads.
 */
public final class ModelBuilder {
  private static final int MOST_IN_BATCH = 4096;

  private final String name;
  private final Map<String, Object> overrides = new LinkedHashMap<>();
  private final Map<String, Object> preprocess = new LinkedHashMap<>();
  private @Nullable PluginRegistry plugins;
  private @Nullable String pretrained;
  private @Nullable Weights weights;
  private @Nullable String backend;
  private BackendOptions options = BackendOptions.DEFAULT;
  private boolean precisionChosen;
  private FetchOptions fetching = FetchOptions.DEFAULT;
  private int batchSize = 32;

  ModelBuilder(String name) {
    this.name = name;
  }

  /** Returns the name that the model was asked for by. */
  public String name() {
    return name;
  }

  /**
   * Chooses the weights by a tag, such as {@code laion2b_s34b_b79k}, or by the path or URI of a
   * checkpoint. A tag, and a configuration beside a checkpoint, bring the activation and the
   * preprocessing that the weights were trained with; a model folder brings its configuration
   * whole.
   */
  public ModelBuilder pretrained(String tagOrPath) {
    pretrained = tagOrPath;
    return this;
  }

  /** Uses weights that are open already; their owner closes them after the model. */
  public ModelBuilder weights(Weights open) {
    weights = open;
    return this;
  }

  /** Chooses the backend by its name, such as {@code onnx}; else the preferred one is taken. */
  public ModelBuilder backend(String backendName) {
    backend = backendName;
    return this;
  }

  /** Chooses where the model runs. */
  public ModelBuilder device(Device device) {
    options = options.withDevice(device);
    return this;
  }

  /**
   * Chooses in which type of numbers the model computes; fp32 unless told otherwise, and int8 for
   * weights of 8 bits. In int8 large matrices are rounded to 8 bits while the model is loaded,
   * unless they are of 8 bits already; in any other precision such matrices are widened.
   */
  public ModelBuilder precision(Precision precision) {
    precisionChosen = true;
    options = options.withPrecision(precision);
    return this;
  }

  /**
   * Chooses how many cores a call may keep busy, with decoding and encoding together; 0, as unless
   * told otherwise, for all, of which small models use one to encode. Several calls at once have as
   * many each.
   */
  public ModelBuilder threads(int threads) {
    options = options.withThreads(threads);
    return this;
  }

  /**
   * Chooses whether threads that work on one run wait for each other by spinning, as they do unless
   * told otherwise: faster on cores of one's own, and dearer where others want them.
   */
  public ModelBuilder spin(boolean spins) {
    options = options.withSpin(spins);
    return this;
  }

  /** Chooses how many pictures or texts run at once, 1 to 4096; 32 unless told otherwise. */
  public ModelBuilder batchSize(int size) {
    if (size < 1 || size > MOST_IN_BATCH) {
      throw new InvalidInputException(
          "the batch size is " + size + ", but must be from 1 to " + MOST_IN_BATCH);
    }
    batchSize = size;
    return this;
  }

  /**
   * Sets a value of the model's configuration.
   *
   * @param key the path to it, such as {@code vision_cfg.image_size}
   * @param value a string, boolean, number, list or map, as JSON has them
   */
  public ModelBuilder override(String key, Object value) {
    overrides.put(key, value);
    return this;
  }

  /**
   * Chooses the size of the pictures that enter, in pixels; positional embeddings are interpolated.
   */
  public ModelBuilder imageSize(int height, int width) {
    return override("vision_cfg.image_size", height == width ? height : List.of(height, width));
  }

  /** Chooses the number of tokens of a text; positional embeddings are interpolated. */
  public ModelBuilder contextLength(int tokens) {
    return override("text_cfg.context_length", tokens);
  }

  /**
   * Sets a value of the preprocessing.
   *
   * @param key one of {@code preprocess_cfg}, such as {@code interpolation}; the size is the
   *     tower's
   */
  public ModelBuilder preprocess(String key, Object value) {
    preprocess.put(key, value);
    return this;
  }

  /**
   * Keeps what is fetched in a folder, instead of the hub's usual cache ({@code HF_HUB_CACHE}) and
   * the others that docs/hub.md names.
   */
  public ModelBuilder cacheFolder(Path folder) {
    fetching = new FetchOptions(folder, fetching.offline(), fetching.listener());
    return this;
  }

  /** Uses only what is on this machine already, without any network call. */
  public ModelBuilder offline(boolean only) {
    fetching = new FetchOptions(fetching.cacheFolder(), only, fetching.listener());
    return this;
  }

  /** Tells how far files have come that are fetched. */
  public ModelBuilder onFetch(FetchListener listener) {
    fetching = new FetchOptions(fetching.cacheFolder(), fetching.offline(), listener);
    return this;
  }

  /** Looks for plugins there instead of on the thread's class path. */
  public ModelBuilder plugins(PluginRegistry registry) {
    plugins = registry;
    return this;
  }

  /** Returns where plugins are looked for. */
  public PluginRegistry registry() {
    PluginRegistry chosen = plugins;
    if (chosen == null) {
      chosen = PluginRegistry.create(OpenClip.class);
      plugins = chosen;
    }
    return chosen;
  }

  /**
   * Returns the model on paper, with the overrides, without reading any weights.
   *
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidConfigException when the configuration is wrong
   */
  public Architecture architecture() {
    return parts().architecture();
  }

  /**
   * Returns the preprocessing of the model's pictures, with the overrides.
   *
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidConfigException when the configuration is wrong
   */
  public PreprocessConfig preprocessing() {
    return parts().preprocessing();
  }

  /**
   * Returns the tokenizer of the model's texts, without reading any weights.
   *
   * @throws UnknownNameException when no plugin knows a name
   * @throws InvalidConfigException when the configuration is wrong
   */
  public Tokenizer tokenizer() {
    return parts().tokenizer();
  }

  private ModelParts parts() {
    PluginRegistry registry = registry();
    ModelDefinition definition = ModelDefinition.find(name, pretrained, registry, fetching);
    return new ModelParts(name, definition.with(overrides, preprocess), registry, fetching);
  }

  /**
   * Loads the model.
   *
   * @throws UnknownNameException when no plugin knows the model, its weights or the backend
   * @throws InvalidConfigException when the configuration is wrong
   * @throws InvalidFileException when a file is missing or corrupt
   * @throws WeightsMismatchException when the weights are those of another model, or not finite
   * @throws InterruptedCallException when the thread is interrupted; nothing stays open
   */
  public ClipModel load() {
    InterruptedCallException.check("model " + name + " was loaded");
    ModelParts parts = parts();
    PluginRegistry registry = registry();
    BackendProvider provider = backendProvider(registry);
    BackendOptions chosen = options;
    Resources resources = new Resources();
    Aside<Backend> opening =
        Aside.start("openclip-backend", () -> open(provider, chosen, resources));
    boolean loaded = false;
    try {
      Architecture architecture = parts.architecture();
      PreprocessConfig pictures = parts.preprocessing();
      Weights whole = parts.state(weights, resources);
      Precision precision = precisionOf(whole);
      Weights state = inPrecision(precision, architecture, whole);
      Backend opened = opening.join();
      Backend running =
          precision == chosen.precision()
              ? opened
              : open(provider, chosen.withPrecision(precision), resources);
      RunningTowers towers =
          new RunningTowers(architecture, state, running, batchSize, cores(chosen), resources);
      loaded = true;
      return new LoadedClipModel(
          name,
          architecture,
          new Lazy<>(parts::tokenizer),
          new Lazy<>(() -> parts.preprocessor(pictures)),
          new Lazy<>(() -> new PictureFiles(registry)),
          towers,
          parts.metadata());
    } finally {
      if (!loaded) {
        opening.settle();
        resources.close();
      }
    }
  }

  /**
   * Writes the model in the file format of a backend's runtime, so that it runs there without
   * OpenCLIP, with the facts of its preprocessing and its tokenizer beside it. The chosen precision
   * is that of the files.
   *
   * @param folder created when missing; files of the same names in it are replaced
   * @return the files written
   * @throws UnknownNameException when no plugin knows the model, its weights or the backend
   * @throws InvalidInputException when the backend has no file format
   * @throws WeightsMismatchException when the weights are those of another model, or not finite
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public List<Path> export(Path folder) {
    ModelParts parts = parts();
    ModelExporter exporter = exporter(registry());
    try (Resources resources = new Resources()) {
      Architecture architecture = parts.architecture();
      Weights state = parts.state(weights, resources);
      Precision precision = precisionOf(state);
      return new ModelExport(name, architecture, parts.preprocessing(), precision)
          .write(
              folder,
              exporter,
              inPrecision(precision, architecture, state),
              parts::tokenizer,
              parts.tokenizerFolder());
    }
  }

  /** Returns the precision that was chosen, else the one that weights are made for. */
  private Precision precisionOf(Weights state) {
    return !precisionChosen && QuantizedWeights.are(state) ? Precision.INT8 : options.precision();
  }

  /** Returns weights with the large matrices in 8 bits, if that is the precision. */
  private static Weights inPrecision(
      Precision precision, Architecture architecture, Weights state) {
    return precision == Precision.INT8 ? QuantizedWeights.of(architecture, state) : state;
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

  private ModelExporter exporter(PluginRegistry registry) {
    if (backend != null) {
      return registry
          .named(BackendProvider.class, backend)
          .exporter()
          .orElseThrow(
              () -> new InvalidInputException("backend " + backend + " has no format for files"));
    }
    return registry
        .first(BackendProvider.class, provider -> provider.exporter().isPresent())
        .orElseGet(() -> registry.preferred(BackendProvider.class))
        .exporter()
        .orElseThrow(
            () -> new InvalidInputException("no backend on the path has a format for files"));
  }

  /**
   * Brings everything to this machine that loading the model needs, so that it can be loaded
   * without a network afterwards.
   *
   * @return the checkpoint
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws FetchException when a file cannot be fetched
   */
  public Path fetch() {
    ModelParts parts = parts();
    Path file = parts.checkpoint();
    parts.tokenizer();
    return file;
  }

  /**
   * Writes the model as a folder that the reference loads, too, and that can be published: {@code
   * open_clip_config.json}, {@code open_clip_model.safetensors} and the tokenizer's files.
   *
   * @param folder created when missing; files of the same names in it are replaced
   * @return the files written
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws WeightsMismatchException when the weights are those of another model, or not finite
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public List<Path> save(Path folder) {
    ModelParts parts = parts();
    write(folder, parts, null);
    List<Path> written = new ArrayList<>();
    written.add(folder.resolve(ModelFolder.CONFIG));
    written.add(folder.resolve(ModelFolder.CHECKPOINT));
    written.addAll(new TokenizerCopy(parts, fetching).write(folder));
    return List.copyOf(written);
  }

  /**
   * Writes the configuration and the weights alone. No file of the tokenizer is needed for it.
   *
   * @param folder created when missing; files of the same names in it are replaced
   * @param type the type to which the weights are rounded; null to leave each as it is
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws WeightsMismatchException when the weights are those of another model, or not finite
   * @throws OpenClipException when the disk is full, the folder cannot be written, or a number is
   *     too large for the type
   */
  public void saveWeights(Path folder, @Nullable DataType type) {
    write(folder, parts(), type);
  }

  /**
   * Writes the model as Hugging Face's transformers loads it, as {@code CLIPModel} or {@code
   * SiglipModel}: its configuration, weights, preprocessing and the tokenizer's files. A tokenizer
   * that is not to be had is logged; its files are put beside the others by hand then.
   *
   * @param folder created when missing; files of the same names in it are replaced
   * @param type the type to which the weights are rounded; null to leave each as it is
   * @return the files written, those of the tokenizer last
   * @throws UnknownNameException when no plugin knows the model or its weights
   * @throws InvalidInputException when that library has no such model; the message says why
   * @throws WeightsMismatchException when the weights are those of another model, or not finite
   * @throws OpenClipException when the disk is full or the folder cannot be written
   */
  public List<Path> saveTransformers(Path folder, @Nullable DataType type) {
    ModelParts parts = parts();
    TransformersFolder target = new TransformersFolder(parts);
    List<Path> written = new ArrayList<>();
    try (Resources resources = new Resources()) {
      Weights state = QuantizedFormat.requireFloats(name, parts.state(weights, resources));
      WeightSource source = WeightSource.of(target.named(state));
      written.addAll(
          target.write(
              folder,
              type == null ? source : new RoundedWeights(source, type),
              Checkpoints.ownMetadata(parts.metadata())));
    }
    try {
      written.addAll(new TokenizerCopy(parts, fetching).write(folder));
    } catch (OpenClipException e) {
      System.getLogger(ModelBuilder.class.getName())
          .log(Level.WARNING, folder + " has no files of a tokenizer: " + e.getMessage());
    }
    return List.copyOf(written);
  }

  private void write(Path folder, ModelParts parts, @Nullable DataType type) {
    try (Resources resources = new Resources()) {
      WeightSource source =
          WeightSource.of(QuantizedFormat.requireFloats(name, parts.state(weights, resources)));
      ModelFolder.write(
          folder,
          parts.architecture().config(),
          parts.preprocessing(),
          type == null ? source : new RoundedWeights(source, type),
          Checkpoints.ownMetadata(parts.metadata()));
    }
  }

  /** Reads the weights through and compares them with the architecture, as {@link #load} does. */
  void check() {
    try (Resources resources = new Resources()) {
      parts().state(weights, resources);
    }
  }

  private static int cores(BackendOptions options) {
    return options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
  }

  private BackendProvider backendProvider(PluginRegistry registry) {
    return backend == null
        ? registry.preferred(BackendProvider.class)
        : registry.named(BackendProvider.class, backend);
  }

  private static Backend open(
      BackendProvider provider, BackendOptions options, Resources resources) {
    Backend opened = provider.open(options);
    resources.closeLater(opened::close);
    return opened;
  }
}
