package org.openclip.hub.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.openclip.api.UnknownNameException;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.TensorLayout;
import org.openclip.hub.checkpoint.WeightSource;

/**
 * Untrained weights: use them to start a training, or to try a model without a download. Their
 * results are meaningless. Tensors are created one at a time, in float32.
 */
public final class FreshWeights implements WeightSource {
  /** What an architecture sets and no recipe changes. */
  private static final Set<String> KEPT =
      Set.of(
          "logit_scale",
          "logit_bias",
          "num_batches_tracked",
          "position_ids",
          "token_type_ids",
          "attn_mask",
          "relative_position_index",
          "relative_coords_table");

  private final Map<String, Parameter> parameters;
  private final Recipe recipe;

  private interface Recipe {
    void fill(Parameter parameter, ByteBuffer out);
  }

  private FreshWeights(Map<String, Parameter> parameters, Recipe recipe) {
    this.parameters = parameters;
    this.recipe = recipe;
  }

  /**
   * Creates weights that depend on the names of the parameters only. They are the same on every
   * machine, so that implementations can be compared without exchanging files.
   *
   * <p>With u(i) in [-1, 1) from the splitmix64 finaliser (Steele et al. 2014) of the name's 64-bit
   * FNV-1a hash plus i + 1 golden gammas: variances are 1 + |u| / 2, layer scales u / 2, matrices
   * and kernels u · sqrt(3 / fan-in), other scales 1 + u / 10, and the rest u / 10.
   */
  public static FreshWeights hash(Architecture architecture) {
    return hash(architecture.parameters());
  }

  /** Creates the weights of {@link #hash(Architecture)} for parameters by their names. */
  public static FreshWeights hash(Map<String, Parameter> parameters) {
    return new FreshWeights(copy(parameters), FreshWeights::fillByHash);
  }

  /**
   * Creates random weights as the architecture's initializers say.
   *
   * @param seed the same seed gives the same weights, in any order of creation
   */
  public static FreshWeights random(Architecture architecture, long seed) {
    return random(architecture.parameters(), seed);
  }

  /**
   * Creates random weights as the initializers of parameters say.
   *
   * @param parameters the parameters by name
   * @param seed the same seed gives the same weights, in any order of creation
   */
  public static FreshWeights random(Map<String, Parameter> parameters, long seed) {
    return new FreshWeights(
        copy(parameters), (parameter, out) -> fillByInitializer(parameter, seed, out));
  }

  private static Map<String, Parameter> copy(Map<String, Parameter> parameters) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  @Override
  public Map<String, TensorLayout> layout() {
    Map<String, TensorLayout> layout = new LinkedHashMap<>();
    parameters.forEach(
        (name, p) ->
            layout.put(
                name,
                new TensorLayout(p.type(), Arrays.stream(p.shape().sizes()).boxed().toList())));
    return Collections.unmodifiableMap(layout);
  }

  @Override
  public Tensor tensor(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new UnknownNameException("weight", name, parameters.keySet(), "");
    }
    if (parameter.initializer() instanceof Initializer.Table table
        && (KEPT.contains(leaf(name)) || !parameter.type().floating())) {
      return table.tensor();
    }
    long[] shape = parameter.shape().sizes();
    ByteBuffer out = Tensor.allocate(Tensor.count(shape) * parameter.type().bytes());
    if (parameter.type() == DataType.FLOAT32) {
      recipe.fill(parameter, out.duplicate().order(out.order()));
    }
    return Tensor.of(parameter.type(), out, shape);
  }

  /** Returns all tensors together, in memory. */
  public Weights toWeights() {
    record Named(String name, Tensor tensor) {}
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters.keySet().parallelStream()
        .map(name -> new Named(name, tensor(name)))
        .forEachOrdered(named -> tensors.put(named.name(), named.tensor()));
    return Weights.of(tensors);
  }

  private static String leaf(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static void fillByHash(Parameter parameter, ByteBuffer out) {
    String leaf = leaf(parameter.name());
    int n = out.remaining() / 4;
    long hash = fnv1a(parameter.name());
    List<Long> shape = Arrays.stream(parameter.shape().sizes()).boxed().toList();
    if (KEPT.contains(leaf)) {
      double value = parameter.initializer() instanceof Initializer.Constant c ? c.value() : 0;
      put(out, n, i -> (float) value);
    } else if (leaf.equals("running_var")) {
      put(out, n, i -> 1 + 0.5f * Math.abs(uniform(hash, i)));
    } else if (leaf.startsWith("gamma")) {
      put(out, n, i -> 0.5f * uniform(hash, i));
    } else if (!shape.isEmpty() && n > shape.get(0)) {
      double scale = Math.sqrt(3.0 * shape.get(0) / n);
      put(out, n, i -> (float) (uniform(hash, i) * scale));
    } else if (leaf.equals("weight") || leaf.equals("scale")) {
      put(out, n, i -> 1 + 0.1f * uniform(hash, i));
    } else {
      put(out, n, i -> 0.1f * uniform(hash, i));
    }
  }

  private interface Rule {
    float at(int index);
  }

  private static void put(ByteBuffer out, int count, Rule rule) {
    for (int i = 0; i < count; i++) {
      out.putFloat(4 * i, rule.at(i));
    }
  }

  /** The 64-bit FNV-1a hash of a text in UTF-8. */
  public static long fnv1a(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /** A number in [-1, 1) with 24 significant bits. */
  public static float uniform(long hash, long index) {
    long z = hash + (index + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    z ^= z >>> 31;
    return (z >>> 40) * 0x1p-23f - 1;
  }

  private static void fillByInitializer(Parameter parameter, long seed, ByteBuffer out) {
    SplittableRandom random = new SplittableRandom(seed ^ fnv1a(parameter.name()));
    int n = out.remaining() / 4;
    switch (parameter.initializer()) {
      case Initializer.Constant c -> put(out, n, i -> (float) c.value());
      case Initializer.Normal d ->
          put(out, n, i -> (float) (random.nextGaussian() * d.deviation()));
      case Initializer.TruncatedNormal d ->
          put(out, n, i -> (float) (truncated(random) * d.deviation()));
      case Initializer.Uniform d ->
          put(out, n, i -> (float) ((random.nextDouble() * 2 - 1) * d.bound()));
      case Initializer.Table table -> out.put(table.tensor().data());
    }
  }

  private static double truncated(SplittableRandom random) {
    double value = random.nextGaussian();
    while (Math.abs(value) > 2) {
      value = random.nextGaussian();
    }
    return value;
  }
}
