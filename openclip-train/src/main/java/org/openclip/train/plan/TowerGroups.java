package org.openclip.train.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.openclip.api.InvalidInputException;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;

/**
 * The layer groups of a tower from the input to the output, for freezing and layer-wise learning
 * rate decay.
 */
public final class TowerGroups {
  private static final String VISUAL = "visual.";
  private static final String AUDIO = "audio.";
  private static final String DECODER = "text_decoder.";
  private static final String RUNNING_MEAN = ".running_mean";

  private final List<String> names;
  private final Map<String, Integer> places;

  private TowerGroups(List<String> names, Map<String, Integer> places) {
    this.names = names;
    this.places = places;
  }

  /** Returns the image tower's groups. */
  public static TowerGroups image(Architecture architecture) {
    return of(VISUAL, architecture.imageEncoder().layerGroups(), architecture.parameters());
  }

  /**
   * Returns the text tower's groups.
   *
   * @param poolerInHead whether a pooling with parameters belongs to the projection
   */
  public static TowerGroups text(Architecture architecture, boolean poolerInHead) {
    String scope = architecture.config().customText() ? "text." : "";
    List<LayerGroup> groups = architecture.textEncoder().layerGroups(poolerInHead);
    return of(scope, groups, architecture.parameters());
  }

  /** Returns the audio tower's groups. */
  public static TowerGroups audio(ClapArchitecture architecture) {
    return of(AUDIO, architecture.audioEncoder().layerGroups(), architecture.parameters());
  }

  /**
   * Returns the groups of the text tower of a model of sounds.
   *
   * @param poolerInHead whether a pooling with parameters belongs to the projection
   */
  public static TowerGroups text(ClapArchitecture architecture, boolean poolerInHead) {
    List<LayerGroup> groups = architecture.textEncoder().layerGroups(poolerInHead);
    return of("text.", groups, architecture.parameters());
  }

  private static TowerGroups of(
      String scope, List<LayerGroup> groups, Map<String, LeafOp.Parameter> parameters) {
    Map<String, Integer> found = new LinkedHashMap<>();
    TreeSet<Integer> used = new TreeSet<>();
    parameters.forEach(
        (name, parameter) -> {
          boolean others = scope.isEmpty() && outsideOfText(name);
          String own = name.startsWith(scope) && !others ? name.substring(scope.length()) : null;
          for (int i = 0; own != null && i < groups.size(); i++) {
            if (groups.get(i).holds(own)) {
              found.put(name, i);
              if (parameter.trained()) {
                used.add(i);
              }
              break;
            }
          }
        });
    // Groups that nothing trainable is in do not count.
    List<Integer> kept = List.copyOf(used);
    Map<String, Integer> places = new LinkedHashMap<>();
    found.forEach((name, i) -> places.put(name, used.headSet(i, true).size() - 1));
    return new TowerGroups(kept.stream().map(i -> groups.get(i).name()).toList(), places);
  }

  private static boolean outsideOfText(String name) {
    return name.startsWith(VISUAL) || name.startsWith(DECODER) || name.startsWith("logit_");
  }

  /** Returns the groups' names, from the input to the output. */
  public List<String> names() {
    return names;
  }

  /**
   * Returns the parameters of a tower of which the last groups alone are trained.
   *
   * @param unlocked how many groups are trained, counted from the output; 0 for none
   * @throws InvalidInputException when there are not so many
   */
  public Set<String> locked(int unlocked) {
    if (unlocked < 0 || unlocked > names.size()) {
      throw new InvalidInputException(
          "%s unlocked groups are requested, but the tower has %s: %s"
              .formatted(unlocked, names.size(), String.join(", ", names)));
    }
    Set<String> locked = new TreeSet<>();
    places.forEach(
        (name, place) -> {
          if (place < names.size() - unlocked) {
            locked.add(name);
          }
        });
    return locked;
  }

  /** Returns those of some names that are running means of batch norms. */
  public static Set<String> statistics(Set<String> locked) {
    Set<String> means = new TreeSet<>();
    locked.stream().filter(name -> name.endsWith(RUNNING_MEAN)).forEach(means::add);
    return means;
  }

  /**
   * Returns the factor of each parameter's learning rate: 1 in the last group, and one more power
   * of the decay in each before it.
   *
   * @param decay above 0, at most 1
   */
  public Map<String, Double> rates(double decay) {
    if (!(decay > 0 && decay <= 1)) {
      throw new InvalidInputException("a layer decay must be above 0 and at most 1, not " + decay);
    }
    Map<String, Double> rates = new LinkedHashMap<>();
    for (String name : places.keySet()) {
      int place = Objects.requireNonNull(places.get(name));
      rates.put(name, Math.pow(decay, (double) names.size() - 1 - place));
    }
    return rates;
  }
}
