package org.openclip.train.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The frozen parameters of a training, and those with a lower learning rate.
 *
 * @param parameters the names of those that stay as they are
 * @param statistics the names of running means whose batch norms use the running statistics and
 *     leave them as they are
 * @param rates factors of the learning rate, by parameter; 1 where there is none
 */
public record Locks(Set<String> parameters, Set<String> statistics, Map<String, Double> rates) {
  /** Nothing is locked. */
  public static final Locks NONE = new Locks(Set.of(), Set.of(), Map.of());

  /** Copies the collections. */
  public Locks {
    parameters = Set.copyOf(parameters);
    statistics = Set.copyOf(statistics);
    rates = Map.copyOf(rates);
  }

  /** Returns both together. */
  public Locks and(Locks other) {
    Set<String> both = new TreeSet<>(parameters);
    both.addAll(other.parameters);
    Set<String> means = new TreeSet<>(statistics);
    means.addAll(other.statistics);
    Map<String, Double> factors = new LinkedHashMap<>(rates);
    factors.putAll(other.rates);
    return new Locks(both, means, factors);
  }
}
