package org.openclip.hub.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.openclip.api.UnknownNameException;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;

/**
 * The pretrained tags of all catalogues. The case of a tag is ignored, and dashes and underscores
 * are the same. Model names must match exactly, except that a slash may replace a dash. Immutable.
 */
public final class PretrainedTags {
  private static final String LIST =
      "'openclip pretrained' and OpenClip.pretrained() list the tags";

  private final Map<String, Map<String, PretrainedTag>> byModel = new LinkedHashMap<>();

  private PretrainedTags() {}

  /**
   * Returns the tags of all catalogues. If two catalogues have the same tag of a model, the first
   * one counts.
   */
  public static PretrainedTags of(PluginRegistry plugins) {
    PretrainedTags tags = new PretrainedTags();
    for (ModelCatalogueProvider catalogue : plugins.some(ModelCatalogueProvider.class)) {
      for (PretrainedTag tag : catalogue.pretrained()) {
        tags.byModel
            .computeIfAbsent(tag.model(), model -> new LinkedHashMap<>())
            .putIfAbsent(tag.tag(), tag);
      }
    }
    return tags;
  }

  /**
   * Returns the name of the embedded model, whose weights are in a jar.
   *
   * @throws UnknownNameException when no jar contains one
   */
  public static String embedded(PluginRegistry plugins) {
    List<String> models = of(plugins).models(PretrainedTag.EMBEDDED);
    if (models.isEmpty()) {
      throw new UnknownNameException(
          "model",
          "with built-in weights",
          modelNames(plugins),
          "Add openclip-models to the class or module path, or name a model");
    }
    return models.get(0);
  }

  /** Returns the names of all built-in models, in the order of their catalogues. */
  public static SequencedSet<String> modelNames(PluginRegistry plugins) {
    SequencedSet<String> names = new LinkedHashSet<>();
    plugins.some(ModelCatalogueProvider.class).forEach(c -> names.addAll(c.models()));
    return names;
  }

  /** Returns all pairs of a model and a tag, in the order of their catalogues. */
  public List<PretrainedTag> all() {
    return byModel.values().stream().map(Map::values).flatMap(Collection::stream).toList();
  }

  /** Returns the tags of a model; empty when it has none. */
  public List<String> tags(String model) {
    return List.copyOf(byModel.getOrDefault(named(model), Map.of()).keySet());
  }

  /** Returns the models that have a tag; empty when there are none. */
  public List<String> models(String tag) {
    String wanted = PretrainedTag.normalised(tag);
    List<String> models = new ArrayList<>();
    byModel.forEach(
        (model, tags) -> {
          if (tags.containsKey(wanted)) {
            models.add(model);
          }
        });
    return models;
  }

  /** Returns the description of the weights; empty when the model has no such tag. */
  public Optional<PretrainedTag> find(String model, String tag) {
    Map<String, PretrainedTag> tags = byModel.getOrDefault(named(model), Map.of());
    return Optional.ofNullable(tags.get(PretrainedTag.normalised(tag)));
  }

  /**
   * Returns the tag of a model's weights by the name of their file, as downloaded from a URL; empty
   * for other names.
   */
  public Optional<PretrainedTag> ofFile(String model, String file) {
    return byModel.getOrDefault(named(model), Map.of()).values().stream()
        .filter(
            tag ->
                tag.locations().stream()
                    .anyMatch(
                        l -> l.replaceAll("#.*", "").endsWith("/" + file) && l.contains("://")))
        .findFirst();
  }

  /** Returns the name of a model in the catalogues: {@code ViT-B/32} is {@code ViT-B-32}. */
  public static String named(String model) {
    return model.replace('/', '-');
  }

  /** Creates the exception for a tag that the model does not have, with suggestions. */
  public UnknownNameException unknown(String model, String tag) {
    List<String> others = models(tag);
    String elsewhere =
        others.isEmpty()
            ? ""
            : "This tag exists for "
                + String.join(", ", others.subList(0, Math.min(8, others.size())));
    return new UnknownNameException(
        "pretrained tag of " + model,
        tag,
        tags(model),
        elsewhere.isEmpty()
            ? LIST + "; the path of a checkpoint also works"
            : elsewhere + ". " + LIST);
  }
}
