package org.openclip.api.model;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.ClapSize;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Flops;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.AudioEncoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.Provider;
import org.openclip.api.spi.TextEncoderProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * A model of sound and text (CLAP; Elizalde et al. 2022, arXiv 2206.04769; Wu et al. 2022, arXiv
 * 2211.06687) without weights: both towers, their graphs, and the names and shapes of its state
 * dict. Immutable.
 */
public final class ClapArchitecture {
  /**
   * The name of the audio graph's input, {@code float[batch, bands, frames]}, where the audio tower
   * takes sounds of one length. Others take the inputs of {@link Architecture#patchGraph}.
   */
  public static final String SPECTROGRAM = "spectrogram";

  /** The start of the names of the audio tower's parameters. */
  private static final String AUDIO = "audio.";

  private final ClapConfig config;
  private final AudioEncoder audioEncoder;
  private final TextEncoder textEncoder;
  private final Graph audioGraph;
  private final Optional<Graph> longAudioGraph;
  private final Graph textGraph;

  private ClapArchitecture(ClapConfig config, AudioEncoder audio, TextEncoder text) {
    this.config = config;
    this.audioEncoder = audio;
    this.textEncoder = text;
    this.audioGraph = writeAudio(audio);
    this.longAudioGraph =
        audio instanceof SpectrogramEncoder tower
            ? tower.longer().map(ClapArchitecture::writeAudio)
            : Optional.empty();
    this.textGraph = writeText();
  }

  /**
   * Builds the graphs of a configuration with the encoders from the plugin registry.
   *
   * @throws InvalidConfigException when no encoder supports a tower's configuration, or it is
   *     invalid
   */
  public static ClapArchitecture of(ClapConfig config, PluginRegistry plugins) {
    Map<String, Object> audio = config.audio();
    Map<String, Object> text = config.text();
    AudioEncoderProvider sound =
        choose(AudioEncoderProvider.class, "audio_cfg", audio, plugins, p -> p.matches(audio));
    TextEncoderProvider words =
        choose(TextEncoderProvider.class, "text_cfg", text, plugins, p -> p.matches(text));
    return new ClapArchitecture(
        config,
        sound.create(new EncoderContext(audio, config.embedDim(), false, true)),
        words.create(new EncoderContext(text, config.embedDim(), false, true)));
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
                      + "; add the jar of the architecture");
            });
  }

  private static Graph writeAudio(AudioEncoder encoder) {
    GraphBuilder g = new GraphBuilder("audio");
    GraphBuilder scope = g.scope("audio");
    Encoded encoded =
        switch (encoder) {
          case SpectrogramEncoder tower -> tower.encode(scope, spectrogram(g, tower));
          case PatchAudioEncoder tower -> encodePatches(g, scope, tower);
        };
    g.output(Architecture.FEATURES, encoded.features());
    return g.build();
  }

  private static Value spectrogram(GraphBuilder g, SpectrogramEncoder encoder) {
    Dim bands = Dim.of(encoder.preprocessor().bands());
    Dim frames = Dim.of(encoder.preprocessor().frames());
    return g.input(SPECTROGRAM, DataType.FLOAT32, Dim.BATCH, bands, frames);
  }

  private static Encoded encodePatches(
      GraphBuilder g, GraphBuilder scope, PatchAudioEncoder encoder) {
    PatchInputs.Values inputs = PatchInputs.write(g, Dim.LENGTH, encoder.patcher().numbers());
    return encoder.encodePatches(scope, inputs.patches(), inputs.coordinates(), inputs.valid());
  }

  private Graph writeText() {
    GraphBuilder g = new GraphBuilder("text");
    Dim length = textEncoder.variableLength() ? Dim.LENGTH : Dim.of(textEncoder.contextLength());
    var tokens = g.input(Architecture.TOKENS, DataType.INT64, Dim.BATCH, length);
    g.output(Architecture.FEATURES, textEncoder.encode(g.scope("text"), tokens).features());
    return g.build();
  }

  /** Returns the configuration. */
  public ClapConfig config() {
    return config;
  }

  /** Returns the audio tower. */
  public AudioEncoder audioEncoder() {
    return audioEncoder;
  }

  /** Returns the text tower. */
  public TextEncoder textEncoder() {
    return textEncoder;
  }

  /**
   * Returns the graph of the audio tower to {@link Architecture#FEATURES}: from {@link
   * #SPECTROGRAM}, or from the inputs of {@link PatchInputs}.
   */
  public Graph audioGraph() {
    return audioGraph;
  }

  /**
   * Returns the graph of sounds that are longer than a clip, from {@link #SPECTROGRAM} as the
   * {@linkplain SpectrogramEncoder#longer encoder of longer sounds} reads it; empty when all sounds
   * are encoded alike.
   */
  public Optional<Graph> longAudioGraph() {
    return longAudioGraph;
  }

  /** Returns the graph from {@link Architecture#TOKENS} to {@link Architecture#FEATURES}. */
  public Graph textGraph() {
    return textGraph;
  }

  /** Returns the parameters of the state dict, by name. */
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    scalar(parameters, "logit_scale", config.initLogitScale());
    Double bias = config.initLogitBias();
    if (bias != null) {
      scalar(parameters, "logit_bias", bias);
    }
    for (Graph graph : List.of(audioGraph, longAudioGraph.orElse(audioGraph), textGraph)) {
      graph.parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
    }
    return Collections.unmodifiableMap(parameters);
  }

  private static void scalar(Map<String, Parameter> parameters, String name, double value) {
    parameters.put(
        name,
        new Parameter(name, Shape.SCALAR, DataType.FLOAT32, new Initializer.Constant(value), true));
  }

  /** Returns the size of the model. */
  public ClapSize size() {
    Map<String, Long> one =
        Map.of(Dim.BATCH.symbol(), 1L, Dim.LENGTH.symbol(), (long) textEncoder.measuredLength());
    return new ClapSize(
        trained(longAudioGraph.orElse(audioGraph).parameters()),
        trained(textGraph.parameters()),
        trained(parameters().values()),
        audioEncoder.sampleRate(),
        audioEncoder.samples(),
        textEncoder.contextLength(),
        config.embedDim(),
        Flops.of(audioGraph, Map.of(Dim.BATCH.symbol(), 1L, Dim.LENGTH.symbol(), patches())),
        Flops.of(textGraph, one));
  }

  /** Returns the largest number of patches; 1 for a tower that has none. */
  private long patches() {
    return audioEncoder instanceof PatchAudioEncoder encoder ? encoder.patcher().most() : 1;
  }

  private static long trained(Collection<Parameter> parameters) {
    return parameters.stream()
        .filter(Parameter::trained)
        .mapToLong(parameter -> parameter.shape().count().size())
        .sum();
  }

  /**
   * Adapts weights to the towers: to their sizes, and without what no feature depends on.
   *
   * @param weights a checkpoint's, under the reference's names
   */
  public Weights fit(Weights weights) {
    Map<String, Tensor> read = new LinkedHashMap<>();
    for (String name : weights.names()) {
      if (!name.startsWith(AUDIO) || !audioEncoder.idle(name.substring(AUDIO.length()))) {
        read.put(name, weights.get(name));
      }
    }
    return textEncoder.fit(Weights.of(read), "text.");
  }
}
