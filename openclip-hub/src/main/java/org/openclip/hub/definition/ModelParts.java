package org.openclip.hub.definition;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.GenerativeEncoderProvider;
import org.openclip.api.spi.ImagePreprocessorProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.spi.WordTaggerProvider;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.hub.checkpoint.ActivationCheck;
import org.openclip.hub.checkpoint.Lookalikes;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.hf.HubTokenizers;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.PretrainedTags;
import org.openclip.hub.quantize.QuantizedFormat;
import org.openclip.hub.runtime.Lazy;
import org.openclip.hub.runtime.Resources;

/**
 * What a model is put together from: its towers on paper, its weights, its tokenizer and its
 * preprocessing, all of one definition. Each is made when it is asked for.
 */
public final class ModelParts {
  private final String name;
  private final ModelDefinition definition;
  private final PluginRegistry plugins;
  private final FetchOptions fetching;
  private final Lazy<Architecture> architecture;
  private Map<String, String> metadata = Map.of();
  private @Nullable String weightsName;

  public ModelParts(
      String name, ModelDefinition definition, PluginRegistry plugins, FetchOptions fetching) {
    this.name = name;
    this.definition = definition;
    this.plugins = plugins;
    this.fetching = fetching;
    this.architecture = new Lazy<>(() -> Architecture.of(config(), plugins));
  }

  private ModelConfig config() {
    if (ClapConfig.describes(definition.config())) {
      throw new InvalidInputException(
          "%s is a model of sound and text (CLAP), which cannot be used here; load it with ClapModel of org.openclip.hub.audio, or use the commands classify, similarity and embed"
              .formatted(name));
    }
    if (plugins
        .first(GenerativeEncoderProvider.class, p -> p.matches(definition.config()))
        .isPresent()) {
      throw new InvalidInputException(
          "%s is a generative model, which cannot be used here; load it with GenerativeModel of org.openclip.hub.generative, or use the commands caption, classify and train"
              .formatted(name));
    }
    return ModelConfig.of(definition.config());
  }

  public Architecture architecture() {
    return architecture.get();
  }

  /** Returns another model on paper, of the same plugins. */
  Architecture like(ModelConfig config) {
    return Architecture.of(config, plugins);
  }

  public PreprocessConfig preprocessing() {
    return PreprocessConfig.of(definition.preprocess())
        .withSize(architecture().imageEncoder().height(), architecture().imageEncoder().width());
  }

  /** Returns the file of the weights, fetched if need be. */
  public Path checkpoint() {
    return chosen().file();
  }

  /** Fetches everything that is needed without a network, and returns the file of the weights. */
  public Path fetch() {
    Path file = checkpoint();
    if (!architecture().config().imageOnly()) {
      tokenizer();
    }
    return file;
  }

  private ChosenWeights chosen() {
    ChosenWeights checkpoint = definition.checkpoint();
    if (checkpoint == null) {
      throw new InvalidInputException("model " + name + " has no weights; " + weightsToName());
    }
    return checkpoint;
  }

  private String weightsToName() {
    if (definition.files() != null) {
      return "put %s into its folder, or set pretrained to a tag or a checkpoint"
          .formatted(ModelFolder.CHECKPOINT);
    }
    List<String> tags = PretrainedTags.of(plugins).tags(name);
    String known =
        tags.isEmpty()
            ? " (it has no pretrained tags)"
            : " (--pretrained %s, or another of the %s that 'openclip pretrained --model %s' lists)"
                .formatted(tags.get(0), tags.size(), PretrainedTags.named(name));
    return "set pretrained to a tag or the path of a checkpoint" + known;
  }

  /**
   * Returns the weights that the architecture needs.
   *
   * @param given weights that are open already; null to open the checkpoint
   * @param resources closes what is opened
   */
  public Weights state(@Nullable Weights given, Resources resources) {
    if (given != null) {
      return StateDict.load("the given weights", given, name, architecture());
    }
    ChosenWeights.Open open = chosen().open(plugins);
    String file = open.name();
    metadata = open.metadata();
    weightsName = file;
    resources.closeLater(open.weights()::close);
    Weights checkpoint = QuantizedFormat.join(file, open.weights(), metadata);
    if (!definition.activationTold()) {
      ActivationCheck.plain(file, checkpoint.names(), name);
    }
    try {
      return StateDict.load(file, checkpoint, name, architecture());
    } catch (WeightsMismatchException e) {
      throw e.notFinite().isEmpty() ? e.withHint(hint(checkpoint)) : e;
    }
  }

  private String hint(Weights checkpoint) {
    return architecture().config().imageOnly()
        ? " The configuration has no text_cfg, so an image tower alone is expected; a model of both"
            + " towers needs its text_cfg."
        : Lookalikes.hint(checkpoint, plugins);
  }

  /**
   * Returns the weights as their file has them, not compared with the architecture: no number is
   * read.
   *
   * @param given weights that are open already; null to open the checkpoint
   * @param resources closes what is opened
   */
  public Weights unchecked(@Nullable Weights given, Resources resources) {
    if (given != null) {
      return given;
    }
    ChosenWeights.Open open = chosen().open(plugins);
    resources.closeLater(open.weights()::close);
    return QuantizedFormat.join(open.name(), open.weights(), open.metadata());
  }

  /** Returns the free text that the file of the weights carries, once they were asked for. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns the name by which the model was asked for. */
  public String name() {
    return name;
  }

  /** Returns what the weights' file is called, fetched if need be. */
  public String weightsName() {
    return weightsName == null ? chosen().name() : weightsName;
  }

  /** Returns the folder of the tokenizer's files, fetched if need be; null for built-in models. */
  public @Nullable Path tokenizerFolder() {
    return definition.tokenizerFolder();
  }

  /**
   * Returns the tokenizer.
   *
   * @throws InvalidInputException when the model is an image tower alone
   */
  public Tokenizer tokenizer() {
    int context = architecture().textEncoder().contextLength();
    Map<String, Object> config = architecture().config().text();
    return plugins
        .first(TokenizerProvider.class, provider -> provider.matches(config))
        .orElseThrow(
            () ->
                new OpenClipException(
                    "no plugin provides the tokenizer of text_cfg "
                        + config
                        + "; add its jar, or pass token IDs to encodeTokens"))
        .create(
            TokenizerContext.of(config, context)
                .withVocabularySize(architecture().textEncoder().vocabularySize())
                .withModelFolder(tokenizerFolder())
                .withFiles(new HubTokenizers(fetching))
                .withTagger(
                    () ->
                        plugins
                            .first(WordTaggerProvider.class, provider -> true)
                            .map(WordTaggerProvider::create)));
  }

  public ImagePreprocessor preprocessor(PreprocessConfig pictures) {
    Map<String, Object> config = architecture().config().vision();
    return plugins
        .first(ImagePreprocessorProvider.class, provider -> provider.matches(config))
        .orElseThrow(
            () ->
                new OpenClipException(
                    "no plugin provides image preprocessing for vision_cfg "
                        + config
                        + "; add openclip-models to the class or module path"))
        .create(pictures);
  }
}
