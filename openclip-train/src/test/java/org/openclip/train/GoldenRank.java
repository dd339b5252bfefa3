package org.openclip.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.World;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.hub.model.FreshWeights;
import org.openclip.train.plan.TrainingGraphs;

/**
 * One process of several that train together: it makes the steps of runs of the reference, one run
 * for each line that it reads, and writes what came of each into a file.
 */
final class GoldenRank {
  private GoldenRank() {}

  /** A run to make. */
  record Order(Path run, World world, Path result) {
    String line() {
      return String.join(
          " ",
          run.toString(),
          Integer.toString(world.rank()),
          String.join(",", world.addresses()),
          result.toString());
    }

    static Order of(String line) {
      String[] words = line.split(" ", -1);
      return new Order(
          Path.of(words[0]),
          new World(
              Integer.parseInt(words[1]), List.of(words[2].split(",", -1)), Duration.ofSeconds(60)),
          Path.of(words[3]));
    }
  }

  public static void main(String[] arguments) throws IOException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      Order order = Order.of(line);
      Map<String, Object> result;
      try {
        result = make(order);
      } catch (RuntimeException e) {
        result = Map.of("error", String.valueOf(e));
      }
      Path part = order.result().resolveSibling(order.result().getFileName() + ".part");
      Files.writeString(part, JSON.std.asString(result));
      Files.move(part, order.result());
    }
    System.exit(0);
  }

  private static Map<String, Object> make(Order order) {
    GoldenRun run = GoldenRun.read(order.run());
    PluginRegistry plugins = PluginRegistry.create();
    Architecture architecture = Architecture.of(run.config(), plugins);
    int rank = order.world().rank();
    TrainingGraphs graphs = run.graphs(architecture, plugins, rank);
    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    Precision precision = run.narrow() ? Precision.BFLOAT16 : Precision.FLOAT32;
    BackendOptions options = new BackendOptions(Device.CPU, precision, 1, order.world());
    List<Object> steps = new ArrayList<>();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("steps", steps);
    try (Backend backend = provider.open(options);
        Weights weights = FreshWeights.hash(architecture).toWeights();
        Trainer trainer = backend.train(run.plan(architecture, plugins, graphs, rank), weights)) {
      for (int step = 0; step < run.steps().size(); step++) {
        GoldenRun.Step expected = run.steps().get(step);
        Map<String, Tensor> batch = new HashMap<>();
        batch.put(Architecture.PIXELS, part(run.picture(step), order.world()));
        batch.put(Architecture.TOKENS, part(expected.tokens(), order.world()));
        if (run.task().equals("distill")) {
          GoldenTrainingTest.teach(batch, backend, graphs, run.teacher(architecture, weights));
        }
        List<Map<String, Tensor>> parts = parts(batch, run.parts());
        StepOptions given = new StepOptions(step + 1L, expected.rate(), 0);
        if (step == 0) {
          Map<String, Tensor> gradients = trainer.gradients(parts, given);
          result.put("gradients", lengths(gradients.keySet(), gradients::get));
        }
        StepReport report = trainer.step(parts, given);
        result.computeIfAbsent("threads_first", name -> threads());
        result.put("threads_last", threads());
        steps.add(
            Map.of(
                "losses",
                report.scalars(),
                "own",
                report.own(),
                "logit_scale",
                trainer.weights().get("logit_scale").toFloats()[0]));
      }
      Weights end = trainer.weights();
      result.put("final", lengths(end.names(), end::get));
      Weights state = trainer.optimizerState();
      result.put("state", lengths(state.names(), state::get));
    }
    return result;
  }

  /** Returns how many threads the process has; 0 where the system does not tell. */
  private static int threads() {
    String[] tasks = new File("/proc/self/task").list();
    return tasks == null ? 0 : tasks.length;
  }

  private static Map<String, Object> lengths(
      Iterable<String> names, Function<String, Tensor> tensors) {
    Map<String, Object> lengths = new LinkedHashMap<>();
    names.forEach(
        name ->
            lengths.put(
                name, GoldenRun.Summary.of(Objects.requireNonNull(tensors.apply(name))).l2()));
    return lengths;
  }

  private static List<Map<String, Tensor>> parts(Map<String, Tensor> batch, int count) {
    if (count == 1) {
      return List.of(batch);
    }
    List<Map<String, Tensor>> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, Tensor> part = new HashMap<>();
      int number = i;
      batch.forEach((name, tensor) -> part.put(name, part(tensor, number, count)));
      parts.add(part);
    }
    return parts;
  }

  /** Returns a process' own rows of all. */
  private static Tensor part(Tensor all, World world) {
    return part(all, world.rank(), world.size());
  }

  private static Tensor part(Tensor all, int number, int count) {
    long[] shape = all.shape();
    int rows = (int) shape[0] / count;
    int each = (int) (Tensor.count(shape) / shape[0]);
    int from = number * rows * each;
    shape[0] = rows;
    return switch (all.type()) {
      case INT64 -> Tensor.of(Arrays.copyOfRange(all.toLongs(), from, from + rows * each), shape);
      default -> Tensor.of(Arrays.copyOfRange(all.toFloats(), from, from + rows * each), shape);
    };
  }
}
