package org.openclip.hub.audio;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openclip.api.audio.Audio;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Program;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.graph.Graph;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.model.Probabilities;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.runtime.Lazy;
import org.openclip.hub.runtime.Resources;
import org.openclip.hub.runtime.TextTower;

/**
 * A model of sound and text (CLAP), loaded on a backend. Thread-safe; closing twice has no effect.
 */
public final class ClapModel implements AutoCloseable {
  private final ClapParts parts;
  private final Map<String, String> metadata;
  private final SoundTower sounds;
  private final TextTower texts;
  private final Resources resources;
  private final SoundFiles files;
  private final Lazy<Tokenizer> tokenizer;
  private final float logitScale;
  private final float logitBias;

  private ClapModel(
      ClapParts parts,
      ClapParts.State state,
      Backend backend,
      ClapSettings settings,
      Resources resources) {
    this.parts = parts;
    this.metadata = state.metadata();
    this.resources = resources;
    this.tokenizer = new Lazy<>(parts::tokenizer);
    this.files = new SoundFiles(parts.plugins());
    Weights weights = state.weights();
    ClapArchitecture architecture = parts.architecture();
    int width = architecture.config().embedDim();
    Towers towers = new Towers(backend, weights, resources);
    sounds =
        new SoundTower(
            new SoundTower.Route(
                SoundInput.of(architecture.audioEncoder(), settings.clips()),
                towers.compile(architecture.audioGraph())),
            architecture
                .longAudioGraph()
                .map(
                    graph ->
                        new SoundTower.Route(
                            SoundInput.ofLonger(architecture.audioEncoder(), settings.clips()),
                            towers.compile(graph)))
                .orElse(null),
            width,
            settings.batchSize(),
            settings.running().threads() != 1);
    texts =
        new TextTower(
            architecture.textEncoder(),
            towers.compile(architecture.textGraph()),
            width,
            settings.batchSize());
    logitScale = (float) Math.exp(weights.get("logit_scale").toFloats()[0]);
    logitBias =
        weights.names().contains("logit_bias") ? weights.get("logit_bias").toFloats()[0] : 0;
  }

  /** The towers that run on a backend. */
  private record Towers(Backend backend, Weights weights, Resources resources) {
    Program compile(Graph graph) {
      Program program = backend.compile(graph, weights);
      resources.closeLater(program::close);
      return program;
    }
  }

  /**
   * Returns a builder for a model, with default settings for backend, device and precision.
   *
   * @param model a name, such as {@code CLAP-HTSAT-tiny-Roberta-base}, a repository of the Hugging
   *     Face hub, as {@code hf-hub:org/repository}, or a model folder, as {@code local-dir:FOLDER}
   */
  public static ClapBuilder builder(String model) {
    return new ClapBuilder(model);
  }

  /**
   * Loads a model folder on the preferred backend.
   *
   * @param folder holds {@code open_clip_config.json}, whose {@code model_cfg} has an {@code
   *     audio_cfg}, and a checkpoint
   */
  public static ClapModel load(Path folder) {
    ModelFolder.read(folder);
    return builder("local-dir:" + folder).load();
  }

  /** Loads a model folder with plugins, a backend and its options. */
  public static ClapModel load(
      Path folder, PluginRegistry plugins, BackendProvider backend, BackendOptions options) {
    ModelFolder.read(folder);
    return builder("local-dir:" + folder)
        .plugins(plugins)
        .backend(backend.name())
        .options(options)
        .load();
  }

  /**
   * Loads a model with pretrained weights on the preferred backend.
   *
   * @param model as in {@link #builder}
   * @param pretrained a pretrained tag, such as {@code laion}, or the path or URI of a checkpoint
   */
  public static ClapModel load(String model, String pretrained) {
    return builder(model).pretrained(pretrained).load();
  }

  /** Loads a model; if this fails, everything that was opened is closed. */
  static ClapModel load(ClapParts parts, BackendProvider backend, ClapSettings settings) {
    Resources resources = new Resources();
    boolean loaded = false;
    try {
      ClapParts.State state = parts.state(resources);
      Backend running = backend.open(settings.running());
      resources.closeLater(running::close);
      ClapModel model = new ClapModel(parts, state, running, settings, resources);
      loaded = true;
      return model;
    } finally {
      if (!loaded) {
        resources.close();
      }
    }
  }

  /** Returns the name by which the model was asked for. */
  public String name() {
    return parts.name();
  }

  /** Returns the model without its weights. */
  public ClapArchitecture architecture() {
    return parts.architecture();
  }

  /** Returns the free text that the file of the weights carries, by key. */
  public Map<String, String> weightsMetadata() {
    return metadata;
  }

  /** Encodes sound files, in the formats of the decoders there are; WAV always. */
  public Embeddings encodeFiles(List<Path> sounds) {
    return encodeFiles(sounds, EncodingListener.NONE);
  }

  /**
   * Encodes sound files, as vectors that are not normalised.
   *
   * @param listener is told of every batch, and of files that cannot be read
   */
  public Embeddings encodeFiles(List<Path> paths, EncodingListener listener) {
    List<Path> copy = List.copyOf(paths);
    return sounds.encode(
        copy,
        files::read,
        (index, why) -> listener.unreadable(index, copy.get(index), why),
        listener::done);
  }

  /** Encodes sounds of any length and sample rate, as vectors that are not normalised. */
  public Embeddings encode(List<Audio> audio) {
    return sounds.encode(
        List.copyOf(audio),
        sound -> sound,
        (index, why) -> {
          throw why;
        },
        count -> {});
  }

  /** Encodes texts, as vectors that are not normalised. */
  public Embeddings encodeTexts(List<String> words) {
    return encodeTexts(words, EncodingListener.NONE);
  }

  /**
   * Encodes texts, as vectors that are not normalised.
   *
   * @param listener is told of every batch
   */
  public Embeddings encodeTexts(List<String> words, EncodingListener listener) {
    return texts.encode(tokenizer.get().tokenize(words), listener);
  }

  /** Encodes tokens of the model's context length. */
  public Embeddings encodeTokens(Tokens tokens) {
    return texts.encode(tokens, EncodingListener.NONE);
  }

  /** Returns the logits of every sound with every text: scaled cosines, and the bias. */
  public float[][] logits(Embeddings sound, Embeddings text) {
    return sound.logits(text, logitScale, logitBias);
  }

  /**
   * Returns the probability of each text (column) for each sound (row): a softmax over the texts,
   * or a sigmoid of each in a model with a logit bias.
   */
  public float[][] probabilities(Embeddings sound, Embeddings text) {
    float[][] logits = logits(sound, text);
    return sigmoid() ? Probabilities.sigmoid(logits) : Probabilities.softmax(logits);
  }

  /** Returns whether each text has a probability of its own. */
  public boolean sigmoid() {
    ClapConfig config = parts.architecture().config();
    return config.initLogitBias() != null;
  }

  @Override
  public void close() {
    resources.close();
  }
}
