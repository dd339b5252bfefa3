package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.TrainingPlan;
import org.openclip.testkit.Recipe;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.Gathering;
import org.openclip.train.plan.TowerGroups;
import org.openclip.train.plan.TrainingGraphs;

/**
 * A run of the reference.
 *
 * @param name what it is called
 * @param file where it stands
 * @param json all that is known of it
 */
record GoldenRun(String name, Path file, Map<String, Object> json) {
  /** The largest scale of logits, that of CLIP's paper. */
  private static final double LARGEST_SCALE = Math.log(100);

  /** What is known of a tensor. */
  record Summary(double l2, double sum) {
    static Summary of(Tensor tensor) {
      double square = 0;
      double sum = 0;
      if (tensor.type() == DataType.INT64) {
        for (long x : tensor.toLongs()) {
          square += (double) x * x;
          sum += x;
        }
      } else {
        for (float x : tensor.toFloats()) {
          square += (double) x * x;
          sum += x;
        }
      }
      return new Summary(Math.sqrt(square), sum);
    }

    private static Summary of(Object json) {
      Map<String, Object> map = map(json);
      return new Summary(number(map.get("l2")), number(map.get("sum")));
    }
  }

  /** What is known of a step. */
  record Step(
      double rate,
      Tensor tokens,
      Map<String, Double> losses,
      List<Map<String, Double>> lossesOfRanks,
      Map<String, Summary> gradients,
      double logitScale) {}

  /** Returns all runs; none is a failure. */
  static Stream<GoldenRun> all() {
    return all("training");
  }

  /** Returns all runs of a folder; none is a failure. */
  static Stream<GoldenRun> all(String name) {
    Path folder =
        Path.of(Objects.requireNonNull(System.getProperty("openclip.golden"))).resolve(name);
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      assertThat(found).as("runs in " + folder).isNotEmpty();
      return found.stream().map(GoldenRun::read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static GoldenRun read(Path file) {
    try {
      Map<String, Object> json = map(JSON.std.anyFrom(Files.readAllBytes(file)));
      return new GoldenRun((String) Objects.requireNonNull(json.get("name")), file, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> map(Object json) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(json)).forEach((k, v) -> map.put((String) k, v));
    return map;
  }

  private static double number(Object json) {
    return ((Number) Objects.requireNonNull(json)).doubleValue();
  }

  private static Map<String, Double> numbers(Object json) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    map(json).forEach((name, n) -> numbers.put(name, number(n)));
    return numbers;
  }

  private Map<String, Object> hyperParameters() {
    return map(json.get("case"));
  }

  /** Returns how many processes the run has. */
  int world() {
    return (int) number(hyperParameters().getOrDefault("world", 1));
  }

  /** Returns in how many parts a process' batch comes. */
  int parts() {
    return (int) number(hyperParameters().getOrDefault("accum_freq", 1));
  }

  /** Returns whether it computes in bfloat16. */
  boolean narrow() {
    return Boolean.TRUE.equals(hyperParameters().get("narrow"));
  }

  /** Returns how a process of the run sees the others' features. */
  Gathering gathering(int rank) {
    Map<String, Object> given = hyperParameters();
    boolean siglip = task().equals("siglip");
    return new Gathering(
        rank,
        world(),
        siglip || Boolean.TRUE.equals(given.get("local_loss")),
        siglip || Boolean.TRUE.equals(given.get("gather_with_grad")));
  }

  String task() {
    return (String) Objects.requireNonNull(hyperParameters().get("task"));
  }

  ModelConfig config() {
    return ModelConfig.of(map(json.get("model_cfg")));
  }

  /** Returns the run's graphs as a process sees them. */
  TrainingGraphs graphs(Architecture architecture, PluginRegistry plugins, int rank) {
    return TrainingGraphs.of(
        architecture,
        plugins.named(LossProvider.class, task()),
        Map.of(),
        task().equals("distill") ? architecture.config().embedDim() : 0,
        gathering(rank));
  }

  private TrainingPlan.@Nullable Tiling tiling(
      Architecture architecture, PluginRegistry plugins, TrainingGraphs graphs, int rank) {
    if (!hyperParameters().containsKey("tiles")) {
      return null;
    }
    LossProvider loss = plugins.named(LossProvider.class, task());
    return graphs.tiling(architecture, loss, 0, gathering(rank), 2);
  }

  TrainingPlan plan(
      Architecture architecture, PluginRegistry plugins, TrainingGraphs graphs, int rank) {
    Map<String, Object> given = hyperParameters();
    Object unlocked = given.get("lock_image");
    Set<String> locked =
        unlocked == null
            ? Set.of()
            : TowerGroups.image(architecture).locked((int) number(unlocked));
    Object clip = given.get("clip");
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        new AdamW(number(given.get("beta1")), number(given.get("beta2")), number(given.get("eps"))),
        DecayGroups.rules(architecture.parameters(), number(given.get("wd")), locked::contains),
        Set.of(),
        Map.of("logit_scale", new TrainingPlan.Clamp(0, LARGEST_SCALE)),
        clip == null ? Double.POSITIVE_INFINITY : number(clip),
        false,
        new TrainingPlan.Sharing(
            Boolean.TRUE.equals(given.get("use_bn_sync")),
            Boolean.TRUE.equals(given.get("narrow_gradients"))
                ? DataType.BFLOAT16
                : DataType.FLOAT32,
            Boolean.TRUE.equals(given.get("fsdp"))),
        tiling(architecture, plugins, graphs, rank));
  }

  Map<String, Double> weightDecays() {
    return numbers(json.get("weight_decay_of"));
  }

  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (Object each : (List<?>) Objects.requireNonNull(json.get("steps"))) {
      Map<String, Object> step = map(each);
      Map<String, Summary> gradients = new LinkedHashMap<>();
      if (step.get("gradients") != null) {
        map(step.get("gradients")).forEach((n, s) -> gradients.put(n, Summary.of(s)));
      }
      steps.add(
          new Step(
              number(step.get("lr")),
              tokens((List<?>) Objects.requireNonNull(step.get("tokens"))),
              numbers(step.get("losses")),
              ((List<?>) step.getOrDefault("losses_of_ranks", List.of()))
                  .stream().map(GoldenRun::numbers).toList(),
              gradients,
              number(step.get("logit_scale"))));
    }
    return steps;
  }

  private static Tensor tokens(List<?> rows) {
    int length = ((List<?>) rows.get(0)).size();
    long[] ids =
        rows.stream()
            .flatMap(row -> ((List<?>) row).stream())
            .mapToLong(n -> ((Number) n).longValue())
            .toArray();
    return Tensor.of(ids, rows.size(), length);
  }

  /** Returns rows of tokens of a golden that has no steps, over and over. */
  Tensor tokensFor(int rows) {
    List<?> given = (List<?>) Objects.requireNonNull(json.get("tokens"));
    List<Object> repeated = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      repeated.add(given.get(i % given.size()));
    }
    return tokens(repeated);
  }

  /** Returns other pictures than any step's. */
  Tensor picturesFor(int rows) {
    List<?> shape = (List<?>) Objects.requireNonNull(json.get("image_shape"));
    return Recipe.picture(
        name, rows, ((Number) shape.get(2)).intValue(), ((Number) shape.get(3)).intValue());
  }

  Tensor picture(int step) {
    List<?> shape = (List<?>) Objects.requireNonNull(json.get("image_shape"));
    return Recipe.picture(
        "train:" + name + ":" + step,
        ((Number) shape.get(0)).intValue(),
        ((Number) shape.get(2)).intValue(),
        ((Number) shape.get(3)).intValue());
  }

  /** Returns the teacher: the recipe's model with every parameter a tenth smaller. */
  Weights teacher(Architecture architecture, Weights weights) {
    Map<String, Tensor> smaller = new HashMap<>();
    architecture
        .parameters()
        .forEach(
            (parameter, p) -> {
              Tensor tensor = weights.get(parameter);
              if (p.trained()) {
                float[] values = tensor.toFloats();
                for (int i = 0; i < values.length; i++) {
                  values[i] *= 0.9f;
                }
                tensor = Tensor.of(values, tensor.shape());
              }
              smaller.put(parameter, tensor);
            });
    return Weights.of(smaller);
  }

  Map<String, Summary> end() {
    Map<String, Summary> end = new LinkedHashMap<>();
    map(json.get("final")).forEach((n, s) -> end.put(n, Summary.of(s)));
    return end;
  }
}
