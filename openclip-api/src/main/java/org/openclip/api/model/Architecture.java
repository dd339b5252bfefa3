package org.openclip.api.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.encoder.DecoderContext;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.ModelSize;
import org.openclip.api.encoder.MultimodalDecoder;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.DenseForm;
import org.openclip.api.graph.DenseGraph;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Flops;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.api.spi.MultimodalDecoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.Provider;
import org.openclip.api.spi.TextEncoderProvider;
import org.openclip.api.tensor.Weights;

/**
 * A model without weights: the encoders of both towers, their graphs, and the names and shapes of
 * its state dict. Immutable.
 */
public final class Architecture {
  /** The name of the image graph's input, {@code float[batch, 3, height, width]}. */
  public static final String PIXELS = "pixels";

  /** The name of the patch graph's first input, {@code float[batch, length, numbers]}. */
  public static final String PATCHES = "patches";

  /** The name of the patch graph's second input, {@code int64[batch, length, 2]}. */
  public static final String PATCH_COORDINATES = "patch_coord";

  /** The name of the patch graph's third input, {@code bool[batch, length]}. */
  public static final String PATCH_VALID = "patch_valid";

  /** The name of the text graph's input, {@code int64[batch, length]}. */
  public static final String TOKENS = "tokens";

  /** The name of each graph's first output, {@code float[batch, embedDim]}. */
  public static final String FEATURES = "features";

  /** The name of the score graph's first input, {@code float[images, embedDim]}. */
  public static final String IMAGE_FEATURES = "image_features";

  /** The name of the score graph's second input, {@code float[texts, embedDim]}. */
  public static final String TEXT_FEATURES = "text_features";

  /**
   * The name of the image graph's second output, for models that write captions, and of the caption
   * graph's first input: {@code float[batch, places, width]}.
   */
  public static final String IMAGE_TOKENS = "image_tokens";

  /** The name of the caption graph's output, {@code float[batch, length, vocabulary]}. */
  public static final String CAPTION_LOGITS = "caption_logits";

  private final ModelConfig config;
  private final ImageEncoder imageEncoder;
  private final @Nullable TextEncoder textEncoder;
  private final @Nullable MultimodalDecoder decoder;
  private final ModelGraphs graphs;
  private final Graph imageGraph;
  private final @Nullable Graph textGraph;
  private final @Nullable Graph captionGraph;

  private Architecture(
      ModelConfig config,
      ImageEncoder imageEncoder,
      @Nullable TextEncoder textEncoder,
      @Nullable MultimodalDecoder decoder) {
    this.config = config;
    this.imageEncoder = imageEncoder;
    this.textEncoder = textEncoder;
    this.decoder = decoder;
    this.graphs = new ModelGraphs(config, imageEncoder, decoder);
    this.imageGraph = graphs.image();
    this.textGraph = textEncoder == null ? null : graphs.text(textEncoder);
    this.captionGraph =
        decoder == null ? null : graphs.captions(decoder, textEncoder(), imageGraph);
  }

  /**
   * Builds the graphs of a configuration with the encoders from the plugin registry.
   *
   * @throws InvalidConfigException when no encoder supports a tower's configuration, or it is
   *     invalid
   */
  public static Architecture of(ModelConfig config, PluginRegistry plugins) {
    return new Architecture(
        config,
        image(config, plugins).create(context(config, config.vision())),
        config.imageOnly() ? null : text(config, plugins),
        decoder(config, plugins));
  }

  /**
   * Returns the configuration of the same model with an image tower for images of any shape
   * (NaFlex). It takes the weights of the model.
   *
   * @throws InvalidConfigException when the image tower cannot be converted; the message says why
   */
  public static ModelConfig naflex(ModelConfig config, PluginRegistry plugins) {
    EncoderContext context = context(config, config.vision());
    return config.withVision(image(config, plugins).naflexConfig(context));
  }

  private static TextEncoder text(ModelConfig config, PluginRegistry plugins) {
    return choose(
            TextEncoderProvider.class,
            "text_cfg",
            config.text(),
            plugins,
            p -> p.matches(config.text()))
        .create(context(config, config.text()));
  }

  private static ImageEncoderProvider image(ModelConfig config, PluginRegistry plugins) {
    return choose(
        ImageEncoderProvider.class,
        "vision_cfg",
        config.vision(),
        plugins,
        p -> p.matches(config.vision()));
  }

  private static @Nullable MultimodalDecoder decoder(ModelConfig config, PluginRegistry plugins) {
    if (config.multimodal().isEmpty()) {
      return null;
    }
    if (config.imageOnly()) {
      throw new InvalidConfigException(
          "multimodal_cfg", "describes a decoder of captions, which needs a text tower");
    }
    MultimodalDecoderProvider provider =
        choose(
            MultimodalDecoderProvider.class,
            "multimodal_cfg",
            config.multimodal(),
            plugins,
            p -> p.matches(config.multimodal()));
    return provider.create(
        new DecoderContext(config.multimodal(), config.text(), config.quickGelu()));
  }

  private static <P extends Provider> P choose(
      Class<P> kind,
      String key,
      Map<String, Object> tower,
      PluginRegistry plugins,
      Predicate<P> matches) {
    if (tower.get("encoder") instanceof String name) {
      return plugins.named(kind, name);
    }
    return plugins
        .first(kind, matches)
        .orElseThrow(
            () -> {
              List<String> names = plugins.all(kind).stream().map(Provider::name).toList();
              return new InvalidConfigException(
                  key,
                  "matches none of the encoders on the class or module path: "
                      + (names.isEmpty() ? "none (add openclip-models)" : String.join(", ", names))
                      + ". Name an encoder with '"
                      + key
                      + ".encoder', or add the jar of the architecture");
            });
  }

  private static EncoderContext context(ModelConfig config, Map<String, Object> tower) {
    return new EncoderContext(tower, config.embedDim(), config.quickGelu(), config.customText());
  }

  /**
   * Builds the graph from {@link #PATCHES}, {@link #PATCH_COORDINATES} and {@link #PATCH_VALID} to
   * {@link #FEATURES}, for images of any size; empty when the image tower takes one size only.
   */
  public Optional<Graph> patchGraph() {
    return graphs.patches();
  }

  /**
   * Builds the graph from the inputs of {@link #patchGraph}, or else of {@link #imageGraph}, to the
   * features of single patches. It reads no other parameters.
   *
   * @throws InvalidConfigException when the image tower has none; the message says why
   */
  public DenseGraph denseGraph(DenseForm form) {
    return DenseGraph.of(patchGraph().orElse(imageGraph), FEATURES, form);
  }

  /**
   * Builds the graph from the features of both towers, {@link #IMAGE_FEATURES} and {@link
   * #TEXT_FEATURES}, to {@code image_embedding} and {@code text_embedding} of unit length, {@code
   * logits_per_image} and {@code probabilities}, both {@code float[images, texts]}.
   */
  public Graph scoreGraph() {
    return graphs.scores();
  }

  /** Returns the configuration. */
  public ModelConfig config() {
    return config;
  }

  /** Returns the image tower. */
  public ImageEncoder imageEncoder() {
    return imageEncoder;
  }

  /**
   * Returns the text tower.
   *
   * @throws InvalidInputException when the model is an image tower alone
   */
  public TextEncoder textEncoder() {
    return text(textEncoder);
  }

  private static <T> T text(@Nullable T part) {
    if (part == null) {
      throw new InvalidInputException(
          "the model is an image tower alone, without a text tower; it encodes images only");
    }
    return part;
  }

  /** Returns the multimodal decoder; empty for models that write no captions. */
  public Optional<MultimodalDecoder> decoder() {
    return Optional.ofNullable(decoder);
  }

  /**
   * Returns the graph from {@link #PIXELS} to {@link #FEATURES}, and to {@link #IMAGE_TOKENS} for
   * models that write captions.
   */
  public Graph imageGraph() {
    return imageGraph;
  }

  /**
   * Returns the graph from {@link #TOKENS} to {@link #FEATURES}.
   *
   * @throws InvalidInputException when the model is an image tower alone
   */
  public Graph textGraph() {
    return text(textGraph);
  }

  /**
   * Returns the graph from {@link #IMAGE_TOKENS} and {@link #TOKENS} to {@link #CAPTION_LOGITS};
   * empty for models that write no captions. The texts may have any length up to the context
   * length.
   */
  public Optional<Graph> captionGraph() {
    return Optional.ofNullable(captionGraph);
  }

  /**
   * Returns all entries of the state dict by name: those of the towers, the decoder and the logits.
   */
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    if (!config.imageOnly()) {
      graphs.logits().forEach(p -> put(all, p));
    }
    imageGraph.parameters().forEach(p -> put(all, p));
    if (textGraph != null) {
      textGraph.parameters().forEach(p -> put(all, p));
    }
    captionGraph().ifPresent(graph -> graph.parameters().forEach(p -> put(all, p)));
    return Collections.unmodifiableMap(all);
  }

  private static void put(Map<String, Parameter> all, Parameter parameter) {
    @Nullable Parameter before = all.put(parameter.name(), parameter);
    if (before != null && !before.shape().equals(parameter.shape())) {
      throw new InvalidConfigException(
          parameter.name(),
          "is a parameter of both towers, of shapes "
              + before.shape()
              + " and "
              + parameter.shape());
    }
  }

  /**
   * Returns the number of trained parameters of the state dict, without buffers.
   *
   * @param prefix counts only entries whose name starts with it; empty for all
   */
  public long parameterCount(String prefix) {
    return parameters().values().stream()
        .filter(p -> p.trained() && p.name().startsWith(prefix))
        .mapToLong(p -> p.shape().count().size())
        .sum();
  }

  /**
   * Returns the weights of a checkpoint with positional embeddings adapted to the sizes of both
   * towers.
   */
  public Weights fit(Weights weights) {
    Weights fitted = imageEncoder.fit(weights, ModelGraphs.VISUAL + ".");
    String text = graphs.textScope();
    return textEncoder == null ? fitted : textEncoder.fit(fitted, text.isEmpty() ? "" : text + ".");
  }

  /** Returns the size of the model. */
  public ModelSize size() {
    long length = decoder == null ? 0 : decoder.contextLength();
    if (decoder == null && textEncoder != null) {
      length = textEncoder.measuredLength();
    }
    Map<String, Long> one = Map.of(Dim.BATCH.symbol(), 1L, Dim.LENGTH.symbol(), length);
    long textFlops = textGraph == null ? 0 : Flops.of(textGraph, one);
    return new ModelSize(
        trained(imageGraph),
        textGraph == null ? 0 : trained(textGraph),
        parameterCount(""),
        imageEncoder.height(),
        imageEncoder.width(),
        textEncoder == null ? 0 : textEncoder.contextLength(),
        config.embedDim(),
        Flops.of(imageGraph, one),
        textFlops,
        captionGraph == null ? 0 : Flops.of(captionGraph, one) - textFlops);
  }

  private static long trained(Graph graph) {
    return graph.parameters().stream()
        .filter(Parameter::trained)
        .mapToLong(p -> p.shape().count().size())
        .sum();
  }
}
