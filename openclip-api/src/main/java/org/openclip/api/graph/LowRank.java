package org.openclip.api.graph;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685). A matrix {@code W [out, in]} of a
 * model does not change, and {@code W + alpha / rank · B · A} is used instead of it. {@code A
 * [rank, in]} starts at random and {@code B [out, rank]} at zeros, so that the adapted model starts
 * as the model itself.
 *
 * <pre>{@code
 * LowRank lora = new LowRank(8, 16, LowRank.linearWeights(tower));
 * Graph adapted = lora.of(tower); // its new parameters are lora.parameters(tower)
 * }</pre>
 *
 * @param rank the inner size of the product, at least 1
 * @param alpha the numerator of the factor {@code alpha / rank}, above 0
 * @param targets the names of the matrices that are adapted, in order
 */
public record LowRank(int rank, double alpha, Set<String> targets) {
  /** Checks the numbers and copies the names. */
  public LowRank {
    targets = Collections.unmodifiableSet(new TreeSet<>(targets));
    if (rank < 1) {
      throw new InvalidInputException("the rank of adapters is " + rank + ", but must be above 0");
    }
    if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "alpha of adapters is " + alpha + ", but must be a finite number above 0");
    }
    if (targets.isEmpty()) {
      throw new InvalidInputException("there is no matrix to adapt");
    }
  }

  /** Returns the names of the weights of a graph's linear layers. */
  public static Set<String> linearWeights(Graph graph) {
    return named(graph, false);
  }

  /**
   * Returns the names of all matrices by which a graph multiplies: weights of linear layers, and
   * projections that are stored as {@code [in, out]}.
   */
  public static Set<String> matrices(Graph graph) {
    return named(graph, true);
  }

  private static Set<String> named(Graph graph, boolean products) {
    Uses uses = new Uses(graph);
    Set<String> names = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Parameter p
          && p.trained()
          && p.shape().rank() == 2
          && Adapting.multiplies(uses, node.value(), products)) {
        names.add(p.name());
      }
    }
    return names;
  }

  /** Returns the factor of the product, {@code alpha / rank}. */
  public double scale() {
    return alpha / rank;
  }

  /** Returns the name of the matrix {@code A} of a target. */
  public static String down(String target) {
    return stem(target) + ".lora_A.weight";
  }

  /** Returns the name of the matrix {@code B} of a target. */
  public static String up(String target) {
    return stem(target) + ".lora_B.weight";
  }

  private static String stem(String target) {
    return target.replaceFirst("[._]weight$", "");
  }

  /**
   * Returns a graph with adapters. Its inputs and outputs are the same. Targets that the graph does
   * not read are ignored.
   *
   * @throws InvalidInputException when the rank is larger than a side of a target
   */
  public Graph of(Graph graph) {
    return new Adapting(graph, this).rewrite();
  }

  /**
   * Returns the new parameters of a graph.
   *
   * @param graph the graph without adapters
   * @throws InvalidInputException when the rank is larger than a side of a target
   */
  public List<Parameter> parameters(Graph graph) {
    Set<String> names = names();
    return of(graph).parameters().stream().filter(p -> names.contains(p.name())).toList();
  }

  /** Returns the names of all parameters of the adapters. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    for (String target : targets) {
      names.add(down(target));
      names.add(up(target));
    }
    return names;
  }

  /**
   * Returns weights with the adapters merged into them, in float32. Each tensor is computed when it
   * is read.
   *
   * @param base the weights of the model; its owner closes it
   * @param adapters the tensors of {@link #names}; its owner closes it
   */
  public Weights merged(Weights base, Weights adapters) {
    LowRank lora = this;
    Set<String> own = names();
    Set<String> names = new LinkedHashSet<>(base.names());
    names.removeAll(own);
    return new Weights() {
      @Override
      public Set<String> names() {
        return Collections.unmodifiableSet(names);
      }

      @Override
      public Tensor get(String name) {
        Tensor weight = base.get(name);
        return targets.contains(name)
            ? lora.merged(weight, adapters.get(down(name)), adapters.get(up(name)))
            : weight;
      }
    };
  }

  /**
   * Returns {@code W + alpha / rank · B · A} in float32. The sums are computed in float64.
   *
   * @param weight {@code W [out, in]}
   * @param down {@code A [rank, in]}
   * @param up {@code B [out, rank]}
   */
  public Tensor merged(Tensor weight, Tensor down, Tensor up) {
    int out = Math.toIntExact(weight.shape()[0]);
    int in = Math.toIntExact(weight.shape()[1]);
    float[] sum = weight.toFloats();
    float[] a = down.toFloats();
    float[] b = up.toFloats();
    double[] row = new double[in];
    for (int o = 0; o < out; o++) {
      Arrays.fill(row, 0);
      for (int r = 0; r < rank; r++) {
        double factor = b[o * rank + r] * scale();
        for (int i = 0; i < in; i++) {
          row[i] += factor * a[r * in + i];
        }
      }
      for (int i = 0; i < in; i++) {
        sum[o * in + i] = (float) (sum[o * in + i] + row[i]);
      }
    }
    return Tensor.of(sum, out, in);
  }
}
