package org.openclip.hub.definition;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.naming.ForeignNaming;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.io.ModelFiles;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.PretrainedTags;
import org.openclip.hub.remote.FolderSource;

/**
 * What a model's name and the choice of its weights stand for. Which activation the weights were
 * trained with, and how their pictures are prepared, does not show in them: both come from the
 * configuration beside the weights, ours or that of Hugging Face's transformers, else from what is
 * known of their tag, else from the model.
 *
 * @param config the object {@code model_cfg}
 * @param preprocess the object {@code preprocess_cfg}; empty for the defaults
 * @param files the model's folder; null for a built-in model
 * @param checkpoint its weights; null when none were chosen
 * @param activationTold whether something says which activation the weights were trained with; else
 *     the model's is taken, unless the weights give reason to doubt it
 */
public record ModelDefinition(
    Map<String, Object> config,
    Map<String, Object> preprocess,
    @Nullable ModelSource files,
    @Nullable ChosenWeights checkpoint,
    boolean activationTold) {
  private static final String QUICK_GELU = "quick_gelu";

  private static final String GIVE_A_PATH =
      "Use a tag of 'openclip pretrained', the path or URI of a checkpoint file, or a model folder"
          + " as local-dir:FOLDER";

  /**
   * Finds a model. No weights are fetched.
   *
   * @param name a built-in name, or a scheme and a location
   * @param pretrained a tag, or a checkpoint's path or URI; null for the folder's own, or for none
   * @throws UnknownNameException when no plugin knows the name, the scheme or the tag
   */
  public static ModelDefinition find(
      String name, @Nullable String pretrained, PluginRegistry plugins, FetchOptions options) {
    String model = PretrainedTags.named(name);
    for (ModelCatalogueProvider catalogue : plugins.all(ModelCatalogueProvider.class)) {
      if (catalogue.models().contains(model)) {
        ModelDefinition plain = builtIn(read(catalogue, model), null);
        return pretrained == null
            ? plain.withEmbedded(model, catalogue, plugins, options)
            : plain.with(model, pretrained, plugins, options);
      }
    }
    if (!Sources.hasScheme(name)) {
      throw new UnknownNameException(
          "model",
          name,
          PretrainedTags.modelNames(plugins),
          "List the models with OpenClip.models(), or give a folder as local-dir:FOLDER");
    }
    ModelDefinition folder = ofFolder(Sources.open(name, plugins, options));
    if (pretrained == null) {
      return folder;
    }
    ModelSource weights =
        location(pretrained, plugins, options).orElseThrow(() -> noSuchFile(pretrained));
    return new ModelDefinition(
        folder.config, folder.preprocess, folder.files, checkpoint(weights), true);
  }

  /**
   * Returns this with values of its configuration set, by their paths, and of its preprocessing.
   */
  public ModelDefinition with(Map<String, Object> overrides, Map<String, Object> pictures) {
    Map<String, Object> set = config;
    for (Map.Entry<String, Object> entry : overrides.entrySet()) {
      set = ConfigOverride.apply(set, entry.getKey(), entry.getValue());
    }
    Map<String, Object> all = new LinkedHashMap<>(preprocess);
    all.putAll(pictures);
    boolean told = activationTold || overrides.containsKey(QUICK_GELU);
    return new ModelDefinition(set, all, files, checkpoint, told);
  }

  /**
   * Returns the same model with an image tower for images of any shape (NaFlex).
   *
   * @param overrides values of its configuration, of which the activation counts here
   * @throws InvalidConfigException when the image tower cannot be converted
   */
  public ModelDefinition naflex(Map<String, Object> overrides, PluginRegistry plugins) {
    Map<String, Object> first = new LinkedHashMap<>(overrides);
    first.keySet().retainAll(Set.of(QUICK_GELU));
    ModelDefinition told = with(first, Map.of());
    ModelConfig converted = Architecture.naflex(ModelConfig.of(told.config), plugins);
    return new ModelDefinition(
        converted.toJson(), preprocess, files, checkpoint, told.activationTold);
  }

  /**
   * Returns the folder with the tokenizer's files, fetched if need be; null for built-in models.
   */
  public @Nullable Path tokenizerFolder() {
    if (files == null) {
      return null;
    }
    List<String> names = files.names();
    ModelFiles.TOKENIZER.stream().filter(names::contains).forEach(files::fetch);
    return files.fetch(ModelFiles.CONFIG).getParent();
  }

  /** Returns a model that says nothing of its weights, unless all of its kind have QuickGELU. */
  private static ModelDefinition builtIn(
      Map<String, Object> config, @Nullable ChosenWeights checkpoint) {
    boolean quick = Boolean.TRUE.equals(config.get(QUICK_GELU));
    return new ModelDefinition(config, Map.of(), null, checkpoint, quick);
  }

  /** Returns this built-in model with the weights that its catalogue brings, if it does. */
  private ModelDefinition withEmbedded(
      String model,
      ModelCatalogueProvider catalogue,
      PluginRegistry plugins,
      FetchOptions options) {
    return catalogue.pretrained().stream()
        .filter(tag -> tag.tag().equals(PretrainedTag.EMBEDDED) && tag.model().equals(model))
        .findFirst()
        .map(tag -> with(tag, CheckpointFiles.of(tag, plugins, options)))
        .orElse(this);
  }

  /** Returns this built-in model with weights. */
  private ModelDefinition with(
      String model, String pretrained, PluginRegistry plugins, FetchOptions options) {
    PretrainedTags tags = PretrainedTags.of(plugins);
    Optional<PretrainedTag> tag = tags.find(model, pretrained);
    if (tag.isPresent()) {
      return with(tag.get(), CheckpointFiles.of(tag.get(), plugins, options));
    }
    List<String> apart = PretrainedTag.files(pretrained);
    if (apart.size() > 1) {
      return builtIn(config, joined(apart, plugins, options));
    }
    ModelSource weights =
        location(pretrained, plugins, options)
            .orElseThrow(
                () ->
                    looksLikeFile(pretrained)
                        ? noSuchFile(pretrained)
                        : tags.unknown(model, pretrained));
    Optional<String> file = weights.chosen();
    boolean configured = weights.names().contains(ModelFiles.CONFIG);
    if (file.isEmpty() && configured) {
      // A folder's own configuration knows better than the name it is called by.
      return ofFolder(weights);
    }
    if (configured) {
      ModelFolder beside = ModelFolder.read(weights);
      return with(beside.modelConfig().get(QUICK_GELU), beside.preprocessConfig(), weights);
    }
    Optional<TransformersConfig> theirs = TransformersConfig.beside(weights);
    if (theirs.isPresent()) {
      return with(theirs.get().quickGelu(), theirs.get().preprocess(), weights);
    }
    ChosenWeights checkpoint = checkpoint(weights);
    return file.flatMap(name -> tags.ofFile(model, name))
        .map(known -> with(known, checkpoint))
        .orElseGet(() -> builtIn(config, checkpoint).with(Map.of(), published(weights, plugins)));
  }

  private ModelDefinition with(PretrainedTag tag, ChosenWeights checkpoint) {
    // Models whose every checkpoint has QuickGELU say so themselves, and their tags do not.
    Map<String, Object> set = new LinkedHashMap<>(config);
    if (tag.quickGelu()) {
      set.put(QUICK_GELU, true);
    }
    return new ModelDefinition(set, tag.preprocess(), null, checkpoint, true);
  }

  private ModelDefinition with(
      @Nullable Object quickGelu, Map<String, Object> pictures, ModelSource weights) {
    Map<String, Object> set = new LinkedHashMap<>(config);
    if (quickGelu != null) {
      set.put(QUICK_GELU, quickGelu);
    }
    return new ModelDefinition(set, pictures, null, checkpoint(weights), true);
  }

  private static ModelDefinition ofFolder(ModelSource files) {
    ModelFolder folder = ModelFolder.read(files);
    boolean weights = files.chosen().or(() -> ModelFiles.checkpoint(files.names())).isPresent();
    return new ModelDefinition(
        OpenVisionFolder.tokenized(
            files.toString(), ImageTowerFolder.of(files.toString(), folder.modelConfig())),
        folder.preprocessConfig(),
        files,
        weights ? checkpoint(files) : null,
        true);
  }

  private static ChosenWeights checkpoint(ModelSource weights) {
    return () ->
        CheckpointFiles.fetch(weights)
            .orElseThrow(
                () -> new InvalidFileException(weights.toString(), -1, "has no checkpoint"));
  }

  /** Returns the weights of several files together. */
  private static ChosenWeights joined(
      List<String> places, PluginRegistry plugins, FetchOptions options) {
    return new JoinedWeights(
        places.stream()
            .map(
                place ->
                    checkpoint(
                        location(place, plugins, options).orElseThrow(() -> noSuchFile(place))))
            .toList());
  }

  private static Map<String, Object> read(ModelCatalogueProvider catalogue, String name) {
    String file = name + ".json of " + catalogue.name();
    try (InputStream json = catalogue.open(name)) {
      return JsonObjects.parse(file, 0, json.readAllBytes());
    } catch (IOException e) {
      throw new InvalidFileException(file, -1, "cannot be read: " + e, e);
    }
  }

  /** Returns the place that a path or URI names; empty when it is neither. */
  private static Optional<ModelSource> location(
      String pretrained, PluginRegistry plugins, FetchOptions options) {
    Optional<ModelSource> local = Sources.local(pretrained, options);
    return local.isPresent() || !Sources.hasScheme(pretrained)
        ? local
        : Optional.of(Sources.open(pretrained, plugins, options));
  }

  /**
   * Returns the preprocessing of the library under whose names the tensors of a file stand. Files
   * that are elsewhere are not fetched for it.
   */
  private static Map<String, Object> published(ModelSource weights, PluginRegistry plugins) {
    if (!(weights instanceof FolderSource local) || local.chosen().isEmpty()) {
      return Map.of();
    }
    try (Weights open = Checkpoints.open(local.fetch(local.chosen().get()), plugins)) {
      return ForeignNaming.of(open.names()).map(n -> n.pictures(open.names())).orElse(Map.of());
    } catch (InvalidFileException e) {
      // Whoever loads it is told.
      return Map.of();
    }
  }

  private static boolean looksLikeFile(String pretrained) {
    return pretrained.matches("(?s).*[/\\\\].*|.*\\.[A-Za-z]{2,11}");
  }

  private static InvalidInputException noSuchFile(String pretrained) {
    return new InvalidInputException("there is no file " + pretrained + ". " + GIVE_A_PATH);
  }
}
