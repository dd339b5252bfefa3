package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.openclip.api.OpenClipException;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.naming.ForeignNaming;
import org.openclip.hub.io.JsonObjects;

/**
 * Finds the built-in models that match a checkpoint by parameter names and shapes.
 *
 * @param models those with at least half of the entries in common, the likest first; at most a few
 * @param relative a model of the same names in other shapes, and so of the same family; empty when
 *     there is none
 */
public record Lookalikes(List<Likeness> models, String relative) {
  /** Below this share of common entries a likeness is an accident. */
  private static final double ENOUGH = 0.5;

  /** Families differ in more than a tenth of the names, when layers are not counted. */
  private static final double FAMILY = 0.9;

  private static final int MOST = 8;

  /** Copies the list. */
  public Lookalikes {
    models = List.copyOf(models);
  }

  /**
   * A model and how well a checkpoint fits it.
   *
   * @param model the model's name
   * @param common the entries that both have in the same shape
   * @param share {@code common} over all entries that either has, from 0 to 1
   */
  public record Likeness(String model, int common, double share) {
    /** Returns whether names and shapes are all the same. */
    public boolean exact() {
      return share == 1;
    }
  }

  /** A likeness, and that of the names alone, without the numbers in them. */
  private record Compared(Likeness likeness, double names) {}

  /** Compares a checkpoint with every model of the catalogues. */
  public static Lookalikes of(Weights weights, PluginRegistry plugins) {
    List<Compared> all =
        plugins.all(ModelCatalogueProvider.class).stream()
            .flatMap(catalogue -> catalogue.models().stream().map(m -> Map.entry(m, catalogue)))
            .toList()
            .parallelStream()
            .flatMap(entry -> compare(entry.getKey(), entry.getValue(), weights, plugins).stream())
            .sorted(
                Comparator.comparingDouble((Compared c) -> c.likeness().share())
                    .reversed()
                    .thenComparing(c -> c.likeness().model()))
            .toList();
    String relative =
        all.stream()
            .filter(c -> c.names() >= FAMILY)
            .max(Comparator.comparingDouble(Compared::names))
            .map(c -> c.likeness().model())
            .orElse("");
    return new Lookalikes(
        all.stream()
            .map(Compared::likeness)
            .filter(likeness -> likeness.share() >= ENOUGH)
            .limit(MOST)
            .toList(),
        relative);
  }

  /** Returns a sentence that names the model or the library a checkpoint is of; empty for none. */
  public static String hint(Weights weights, PluginRegistry plugins) {
    Lookalikes found = of(weights, plugins);
    List<Likeness> models = found.models();
    List<String> exact =
        models.stream().filter(Likeness::exact).map(Likeness::model).limit(3).toList();
    String library =
        ForeignNaming.of(weights.names())
            .map(n -> " with the parameter names of " + n.library())
            .orElse("");
    if (!exact.isEmpty()) {
      return " The weights belong to " + String.join(" or ", exact) + library + ".";
    }
    if (!models.isEmpty()) {
      return " The weights are most similar to %s%s (%s entries in common)."
          .formatted(models.get(0).model(), library, models.get(0).common());
    }
    if (!found.relative().isEmpty()) {
      return " The weights belong to the family of %s%s, but no built-in model has their size; use their open_clip_config.json."
          .formatted(found.relative(), library);
    }
    return library.isEmpty() ? "" : " The tensors come" + library + ".";
  }

  private static Optional<Compared> compare(
      String model, ModelCatalogueProvider catalogue, Weights weights, PluginRegistry plugins) {
    Map<String, List<Long>> wanted = new LinkedHashMap<>();
    try (InputStream json = catalogue.open(model)) {
      parameters(JsonObjects.parse(model + ".json", 0, json.readAllBytes()), plugins)
          .forEach(
              (name, p) -> wanted.put(name, Arrays.stream(p.shape().sizes()).boxed().toList()));
    } catch (IOException | OpenClipException e) {
      return Optional.empty();
    }
    Weights ours = StateDict.underNamesOf(weights, wanted);
    Set<String> own = new HashSet<>(ours.names());
    own.removeIf(StateDict::isIdle);
    int common = 0;
    for (String name : own) {
      List<Long> shape = wanted.get(name);
      if (shape != null && sameShape(shape, ours.get(name).shape())) {
        common++;
      }
    }
    double share = (double) common / union(own, wanted.keySet()).size();
    return Optional.of(
        new Compared(
            new Likeness(model, common, share), overlap(kinds(own), kinds(wanted.keySet()))));
  }

  private static Map<String, Parameter> parameters(
      Map<String, Object> config, PluginRegistry plugins) {
    if (ClapConfig.describes(config)) {
      return ClapArchitecture.of(ClapConfig.of(config), plugins).parameters();
    }
    return GenerativeArchitecture.of(config, plugins)
        .map(GenerativeArchitecture::parameters)
        .orElseGet(() -> Architecture.of(ModelConfig.of(config), plugins).parameters());
  }

  private static Set<String> union(Set<String> a, Set<String> b) {
    Set<String> all = new HashSet<>(a);
    all.addAll(b);
    return all;
  }

  private static double overlap(Set<String> a, Set<String> b) {
    Set<String> both = new HashSet<>(a);
    both.retainAll(b);
    return (double) both.size() / Math.max(1, union(a, b).size());
  }

  /** Returns names without the numbers in them, so that layers do not count. */
  private static Set<String> kinds(Set<String> names) {
    Set<String> kinds = new HashSet<>();
    names.forEach(name -> kinds.add(name.replaceAll("\\d+", "#")));
    return kinds;
  }

  private static boolean sameShape(List<Long> wanted, long[] shape) {
    List<Long> own = Arrays.stream(shape).boxed().toList();
    boolean scalars = wanted.size() <= 1 && own.size() <= 1;
    return wanted.equals(own)
        || (scalars && wanted.stream().allMatch(n -> n == 1) && own.stream().allMatch(n -> n == 1));
  }
}
