package org.openclip.hub.generative;

import java.nio.file.Path;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ImagePreprocessorProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.hub.definition.ChosenWeights;
import org.openclip.hub.definition.ModelDefinition;
import org.openclip.hub.hf.HubTokenizers;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.runtime.Resources;

/**
 * What a generative model is put together from: its graphs, its weights, its tokenizer and its
 * preprocessing, all of one definition.
 *
 * @param name by which the model was asked for
 * @param definition of the model
 * @param architecture of the model
 * @param plugins with tokenizers and checkpoint formats
 * @param fetching how files of the tokenizer are fetched
 */
record GenerativeParts(
    String name,
    ModelDefinition definition,
    GenerativeArchitecture architecture,
    PluginRegistry plugins,
    FetchOptions fetching) {
  /** Returns the weights' file, fetched if need be. */
  Path checkpoint() {
    return chosen().file();
  }

  private ChosenWeights chosen() {
    ChosenWeights checkpoint = definition.checkpoint();
    if (checkpoint == null) {
      throw new InvalidInputException(
          "model %s has no weights; put %s into its folder, or set pretrained to the path of a checkpoint"
              .formatted(name, ModelFolder.CHECKPOINT));
    }
    return checkpoint;
  }

  /**
   * The weights.
   *
   * @param weights without copies
   * @param metadata the free text that their file carries, by key
   */
  record State(Weights weights, Map<String, String> metadata) {}

  /**
   * Reads the weights.
   *
   * @param resources closes what is opened
   */
  State state(Resources resources) {
    ChosenWeights.Open open = chosen().open(plugins);
    resources.closeLater(open.weights()::close);
    Weights read = GenerativeStateDict.load(open.name(), open.weights(), name, architecture);
    return new State(read, open.metadata());
  }

  Tokenizer tokenizer() {
    GenerativeEncoder encoder = architecture.encoder();
    Map<String, Object> config = encoder.textConfig();
    return plugins
        .first(TokenizerProvider.class, provider -> provider.matches(config))
        .orElseThrow(
            () -> new OpenClipException("no plugin provides the tokenizer of text_cfg " + config))
        .create(
            TokenizerContext.of(config, encoder.contextLength())
                .withVocabularySize(encoder.vocabularySize())
                .withModelFolder(definition.tokenizerFolder())
                .withFiles(new HubTokenizers(fetching)));
  }

  ImagePreprocessor preprocessor() {
    PreprocessConfig images = PreprocessConfig.of(definition.preprocess());
    return plugins
        .first(ImagePreprocessorProvider.class, provider -> provider.matches(definition.config()))
        .orElseThrow(
            () ->
                new OpenClipException(
                    "no plugin provides image preprocessing; add openclip-models to the class or"
                        + " module path"))
        .create(images);
  }
}
