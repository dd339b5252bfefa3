package org.openclip.api.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.encoder.GenerativeEncoder.Logits;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.GenerativeEncoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;

/**
 * A generative model of images or sounds and texts (GenLIP, GenLAP) without weights: its graphs,
 * and the names and shapes of its state dict. The graphs' inputs are those of {@link PatchInputs},
 * and {@link Architecture#TOKENS}. Immutable.
 */
public final class GenerativeArchitecture {
  /** The name of the score graph's first output, {@code float[batch, vocabulary]}. */
  public static final String FIRST_LOGITS = "first_logits";

  /** The name of the likelihood graph's output, {@code float[batch, length]}. */
  public static final String LOG_LIKELIHOODS = "log_likelihoods";

  private final Map<String, Object> config;
  private final GenerativeEncoder encoder;
  private final Graph featureGraph;
  private final Graph captionGraph;

  private GenerativeArchitecture(Map<String, Object> config, GenerativeEncoder encoder) {
    this.config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
    this.encoder = encoder;
    this.featureGraph = writeFeatures();
    this.captionGraph = writeTexts("captions", false);
  }

  /**
   * Builds the graphs of a configuration.
   *
   * @param config {@code model_cfg}
   * @return the architecture; empty when no plugin recognises a generative model
   * @throws InvalidConfigException when a plugin does, and the configuration is invalid
   */
  public static Optional<GenerativeArchitecture> of(
      Map<String, Object> config, PluginRegistry plugins) {
    return plugins
        .first(GenerativeEncoderProvider.class, provider -> provider.matches(config))
        .map(provider -> new GenerativeArchitecture(config, provider.create(config)));
  }

  private GenerativeEncoder.Patches patches(GraphBuilder g, Dim places) {
    PatchInputs.Values in = PatchInputs.write(g, places, encoder.prefix().numbers());
    return new GenerativeEncoder.Patches(in.patches(), in.coordinates(), in.valid());
  }

  private Graph writeFeatures() {
    GraphBuilder g = new GraphBuilder("patches");
    g.output(Architecture.FEATURES, encoder.encode(g, patches(g, Dim.LENGTH)));
    return g.build();
  }

  private Graph writeTexts(String name, boolean first) {
    GraphBuilder g = new GraphBuilder(name);
    GenerativeEncoder.Patches patches = patches(g, Dim.of(encoder.prefix().most()));
    Value tokens = g.input(Architecture.TOKENS, DataType.INT64, Dim.BATCH, Dim.LENGTH);
    Logits logits = encoder.predict(g, patches, tokens);
    if (first) {
      g.output(FIRST_LOGITS, logits.first());
    }
    g.output(Architecture.CAPTION_LOGITS, logits.next());
    return g.build();
  }

  /** Returns {@code model_cfg}. */
  public Map<String, Object> config() {
    return config;
  }

  /** Returns the transformer. */
  public GenerativeEncoder encoder() {
    return encoder;
  }

  /** Returns the graph from any number of patches to {@link Architecture#FEATURES}. */
  public Graph featureGraph() {
    return featureGraph;
  }

  /**
   * Returns the graph from the largest number of patches and the tokens so far to {@link
   * Architecture#CAPTION_LOGITS}.
   */
  public Graph captionGraph() {
    return captionGraph;
  }

  /** Builds the caption graph with {@link #FIRST_LOGITS} as another output. */
  public Graph scoreGraph() {
    return writeTexts("scores", true);
  }

  /**
   * Builds the graph of how likely texts are, for training: from the patches, padded to the longest
   * sequence of patches and tokens of the batch, and the tokens, to {@link #LOG_LIKELIHOODS}.
   *
   * @param padId the id of padding
   */
  public Graph likelihoodGraph(long padId) {
    GraphBuilder g = new GraphBuilder("likelihoods");
    GenerativeEncoder.Patches patches = patches(g, Dim.symbol("places"));
    Value tokens = g.input(Architecture.TOKENS, DataType.INT64, Dim.BATCH, Dim.LENGTH);
    g.output(LOG_LIKELIHOODS, encoder.logLikelihoods(g, patches, tokens, padId));
    return g.build();
  }

  /**
   * Returns the entries of the state dict by name, without the {@linkplain GenerativeEncoder#copies
   * copies}.
   */
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    captionGraph.parameters().forEach(p -> all.put(p.name(), p));
    featureGraph.parameters().forEach(p -> all.put(p.name(), p));
    return Collections.unmodifiableMap(all);
  }

  /** Returns the number of trained parameters, without copies. */
  public long parameterCount() {
    return parameters().values().stream()
        .filter(Parameter::trained)
        .mapToLong(p -> p.shape().count().size())
        .sum();
  }
}
