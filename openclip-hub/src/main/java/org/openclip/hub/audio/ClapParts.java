package org.openclip.hub.audio;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.definition.ChosenWeights;
import org.openclip.hub.definition.ModelDefinition;
import org.openclip.hub.hf.HubTokenizers;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.PretrainedTags;
import org.openclip.hub.runtime.Resources;

/**
 * What a model of sound and text is put together from: its towers on paper, its weights and its
 * tokenizer, all of one definition.
 *
 * @param name by which the model was asked for
 * @param definition of the model
 * @param architecture of the model
 * @param plugins with tokenizers and checkpoint formats
 * @param fetching how files of the tokenizer are fetched
 */
record ClapParts(
    String name,
    ModelDefinition definition,
    ClapArchitecture architecture,
    PluginRegistry plugins,
    FetchOptions fetching) {
  static ClapParts of(
      String name, ModelDefinition definition, PluginRegistry plugins, FetchOptions fetching) {
    ClapArchitecture architecture =
        ClapArchitecture.of(ClapConfig.of(definition.config()), plugins);
    return new ClapParts(name, definition, architecture, plugins, fetching);
  }

  /** Returns the weights' file, fetched if need be. */
  Path checkpoint() {
    return chosen().file();
  }

  private ChosenWeights chosen() {
    ChosenWeights checkpoint = definition.checkpoint();
    if (checkpoint != null) {
      return checkpoint;
    }
    if (definition.files() != null) {
      throw new InvalidInputException(
          "model %s has no weights; put %s into its folder, or set pretrained to a checkpoint"
              .formatted(name, ModelFolder.CHECKPOINT));
    }
    List<String> tags = PretrainedTags.of(plugins).tags(name);
    throw new InvalidInputException(
        "model %s has no weights; set pretrained to %sthe path of a checkpoint"
            .formatted(name, tags.isEmpty() ? "" : "the tag " + tags.get(0) + " or "));
  }

  /** The weights that the architecture needs, and the free text that their file carries. */
  record State(Weights weights, Map<String, String> metadata) {}

  /**
   * Reads the weights.
   *
   * @param resources closes what is opened
   */
  State state(Resources resources) {
    ChosenWeights.Open open = chosen().open(plugins);
    resources.closeLater(open.weights()::close);
    Weights weights =
        StateDict.load(
            open.name(), open.weights(), name, architecture.parameters(), architecture::fit);
    return new State(weights, open.metadata());
  }

  Tokenizer tokenizer() {
    Map<String, Object> config = architecture.config().text();
    return plugins
        .first(TokenizerProvider.class, provider -> provider.matches(config))
        .orElseThrow(
            () -> new OpenClipException("no plugin provides the tokenizer of text_cfg " + config))
        .create(
            TokenizerContext.of(config, architecture.textEncoder().contextLength())
                .withVocabularySize(architecture.textEncoder().vocabularySize())
                .withModelFolder(definition.tokenizerFolder())
                .withFiles(new HubTokenizers(fetching)));
  }
}
