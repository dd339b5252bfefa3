package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.openclip.api.OpenClipException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.naming.ForeignNaming;
import org.openclip.hub.io.JsonObjects;

/** The models of the catalogues that a checkpoint looks like, by names and shapes alone. */
public final class Lookalikes {
  /** Below this share of common entries a likeness is an accident. */
  private static final double ENOUGH = 0.5;

  private Lookalikes() {}

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

  /** Returns the models that are like a checkpoint, the likest first; at most a few. */
  public static List<Likeness> of(Weights weights, PluginRegistry plugins) {
    return plugins.all(ModelCatalogueProvider.class).stream()
        .flatMap(catalogue -> catalogue.models().stream().map(m -> Map.entry(m, catalogue)))
        .toList()
        .parallelStream()
        .flatMap(entry -> compare(entry.getKey(), entry.getValue(), weights, plugins).stream())
        .filter(likeness -> likeness.share() >= ENOUGH)
        .sorted(
            Comparator.comparingDouble(Likeness::share).reversed().thenComparing(Likeness::model))
        .limit(8)
        .toList();
  }

  /** Returns a sentence that names the model or the library a checkpoint is of; empty for none. */
  public static String hint(Weights weights, PluginRegistry plugins) {
    List<Likeness> found = of(weights, plugins);
    List<String> exact =
        found.stream().filter(Likeness::exact).map(Likeness::model).limit(3).toList();
    String library =
        ForeignNaming.of(weights.names()).map(n -> " under the names of " + n.library()).orElse("");
    if (!exact.isEmpty()) {
      return " These are weights of " + String.join(" or ", exact) + library + ".";
    }
    if (!found.isEmpty()) {
      return " They are most like those of %s%s (%d entries in common)."
          .formatted(found.get(0).model(), library, found.get(0).common());
    }
    return library.isEmpty() ? "" : " They stand" + library + ".";
  }

  private static Optional<Likeness> compare(
      String model, ModelCatalogueProvider catalogue, Weights weights, PluginRegistry plugins) {
    Map<String, List<Long>> wanted = new LinkedHashMap<>();
    try (InputStream json = catalogue.open(model)) {
      ModelConfig config =
          ModelConfig.of(JsonObjects.parse(model + ".json", 0, json.readAllBytes()));
      Architecture.of(config, plugins)
          .parameters()
          .forEach(
              (name, p) -> wanted.put(name, Arrays.stream(p.shape().sizes()).boxed().toList()));
    } catch (IOException | OpenClipException e) {
      return Optional.empty();
    }
    Weights ours = StateDict.underNamesOf(weights, wanted);
    int common = 0;
    for (String name : ours.names()) {
      List<Long> shape = wanted.get(name);
      if (shape != null && sameShape(shape, ours.get(name).shape())) {
        common++;
      }
    }
    long all =
        Stream.concat(
                wanted.keySet().stream(),
                ours.names().stream().filter(name -> !StateDict.isIdle(name)))
            .distinct()
            .count();
    return Optional.of(new Likeness(model, common, (double) common / all));
  }

  private static boolean sameShape(List<Long> wanted, long[] shape) {
    List<Long> own = Arrays.stream(shape).boxed().toList();
    boolean scalars = wanted.size() <= 1 && own.size() <= 1;
    return wanted.equals(own)
        || (scalars && wanted.stream().allMatch(n -> n == 1) && own.stream().allMatch(n -> n == 1));
  }
}
