package org.openclip.api.graph;

import java.util.BitSet;
import java.util.function.Predicate;

/** Which values of a graph depend on some of its nodes. */
final class Dependence {
  private final BitSet dependent = new BitSet();

  private Dependence() {}

  /** Finds what depends on the nodes for which a condition holds; they do so themselves. */
  static Dependence on(Graph graph, Predicate<Node> sources) {
    Dependence found = new Dependence();
    for (Node node : graph.nodes()) {
      boolean depends = sources.test(node) || node.op().inputs().stream().anyMatch(found::holds);
      found.dependent.set(node.value().id(), depends);
    }
    return found;
  }

  /** Returns whether a value depends on them. */
  boolean holds(Value value) {
    return dependent.get(value.id());
  }
}
