package org.openclip.hub.audio;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Program;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.api.text.Tokens;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.hf.HubTokenizers;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.runtime.FeatureRows;
import org.openclip.hub.runtime.Lazy;
import org.openclip.hub.runtime.Resources;

/**
 * A model of sound and text (CLAP), loaded on a backend. Thread-safe; closing twice has no effect.
 */
public final class ClapModel implements AutoCloseable {
  private final ClapArchitecture architecture;
  private final Program audio;
  private final Program text;
  private final Resources resources;
  private final SoundFiles files;
  private final Lazy<Tokenizer> tokenizer;
  private final float logitScale;
  private final float logitBias;

  private ClapModel(
      ClapArchitecture architecture,
      Weights weights,
      Backend backend,
      Resources resources,
      PluginRegistry plugins,
      Lazy<Tokenizer> tokenizer) {
    this.architecture = architecture;
    this.resources = resources;
    this.tokenizer = tokenizer;
    files = new SoundFiles(plugins);
    audio = backend.compile(architecture.audioGraph(), weights);
    resources.closeLater(audio::close);
    text = backend.compile(architecture.textGraph(), weights);
    resources.closeLater(text::close);
    logitScale = (float) Math.exp(weights.get("logit_scale").toFloats()[0]);
    logitBias =
        weights.names().contains("logit_bias") ? weights.get("logit_bias").toFloats()[0] : 0;
  }

  /**
   * Loads a model folder on the preferred backend.
   *
   * @param folder holds {@code open_clip_config.json}, whose {@code model_cfg} has an {@code
   *     audio_cfg}, and a checkpoint
   */
  public static ClapModel load(Path folder) {
    PluginRegistry plugins = PluginRegistry.create();
    return load(folder, plugins, plugins.preferred(BackendProvider.class), BackendOptions.DEFAULT);
  }

  /** Loads a model folder with plugins, a backend and its options. */
  public static ClapModel load(
      Path folder, PluginRegistry plugins, BackendProvider backend, BackendOptions options) {
    ModelFolder read = ModelFolder.read(folder);
    ClapArchitecture architecture = ClapArchitecture.of(ClapConfig.of(read.modelConfig()), plugins);
    Path checkpoint =
        read.findCheckpoint()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "the folder %s has no weights; put %s into it"
                            .formatted(folder, ModelFolder.CHECKPOINT)));
    Resources resources = new Resources();
    boolean loaded = false;
    try {
      Weights open = Checkpoints.open(checkpoint, plugins);
      resources.closeLater(open::close);
      Weights weights =
          StateDict.load(
              checkpoint.toString(),
              read(open, architecture),
              folder.toString(),
              architecture.parameters(),
              architecture::fit);
      Backend running = backend.open(options);
      resources.closeLater(running::close);
      ClapModel model =
          new ClapModel(
              architecture,
              weights,
              running,
              resources,
              plugins,
              new Lazy<>(() -> tokenizer(architecture, folder, plugins)));
      loaded = true;
      return model;
    } finally {
      if (!loaded) {
        resources.close();
      }
    }
  }

  /** Returns weights without what no feature depends on. */
  private static Weights read(Weights weights, ClapArchitecture architecture) {
    String scope = "audio.";
    Map<String, Tensor> read = new LinkedHashMap<>();
    for (String name : weights.names()) {
      if (!name.startsWith(scope)
          || !architecture.audioEncoder().idle(name.substring(scope.length()))) {
        read.put(name, weights.get(name));
      }
    }
    return Weights.of(read);
  }

  private static Tokenizer tokenizer(
      ClapArchitecture architecture, Path folder, PluginRegistry plugins) {
    Map<String, Object> config = architecture.config().text();
    return plugins
        .first(TokenizerProvider.class, provider -> provider.matches(config))
        .orElseThrow(
            () -> new OpenClipException("no plugin provides the tokenizer of text_cfg " + config))
        .create(
            TokenizerContext.of(config, architecture.textEncoder().contextLength())
                .withVocabularySize(architecture.textEncoder().vocabularySize())
                .withModelFolder(folder)
                .withFiles(new HubTokenizers(FetchOptions.DEFAULT)));
  }

  /** Returns the model without its weights. */
  public ClapArchitecture architecture() {
    return architecture;
  }

  /** Encodes sound files, in the formats of the decoders there are; WAV always. */
  public Embeddings encodeFiles(List<Path> sounds) {
    return encode(sounds.stream().map(files::read).toList());
  }

  /** Encodes sounds of any length and sample rate, as vectors that are not normalised. */
  public Embeddings encode(List<Audio> sounds) {
    AudioPreprocessor preprocessor = architecture.audioEncoder().preprocessor();
    int bands = preprocessor.bands();
    int frames = preprocessor.frames();
    int width = architecture.config().embedDim();
    float[] values = new float[Math.multiplyExact(sounds.size(), width)];
    for (int i = 0; i < sounds.size(); i++) {
      ByteBuffer input = Tensor.allocate((long) bands * frames * Float.BYTES);
      preprocessor.prepare(sounds.get(i), input.duplicate().order(input.order()).asFloatBuffer());
      Tensor spectrogram = Tensor.of(DataType.FLOAT32, input, 1, bands, frames);
      read(audio.run(Map.of(ClapArchitecture.SPECTROGRAM, spectrogram)), values, i, width);
    }
    return Embeddings.of(width, values);
  }

  /** Encodes texts, as vectors that are not normalised. */
  public Embeddings encodeTexts(List<String> texts) {
    return encodeTokens(tokenizer.get().tokenize(texts));
  }

  /** Encodes tokens of the model's context length. */
  public Embeddings encodeTokens(Tokens tokens) {
    int length = architecture.textEncoder().contextLength();
    if (tokens.length() != length) {
      throw new InvalidInputException(
          "the tokens have length %s, but the model's context length is %s"
              .formatted(tokens.length(), length));
    }
    int width = architecture.config().embedDim();
    float[] values = new float[Math.multiplyExact(tokens.size(), width)];
    for (int i = 0; i < tokens.size(); i++) {
      Tensor row = Tensor.of(tokens.row(i), 1, length);
      read(text.run(Map.of(Architecture.TOKENS, row)), values, i, width);
    }
    return Embeddings.of(width, values);
  }

  private static void read(Map<String, Tensor> outputs, float[] values, int row, int width) {
    FloatBuffer features = FeatureRows.read(outputs, 1, width);
    features.get(values, row * width, width);
  }

  /** Returns the logits of every sound with every text: scaled cosines, and the bias. */
  public float[][] logits(Embeddings sounds, Embeddings texts) {
    return sounds.logits(texts, logitScale, logitBias);
  }

  @Override
  public void close() {
    resources.close();
  }
}
