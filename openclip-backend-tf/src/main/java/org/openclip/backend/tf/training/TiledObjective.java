package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Node;
import org.openclip.api.tensor.DataType;
import org.openclip.api.training.TrainingPlan;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.Lowering;
import org.openclip.backend.tf.runtime.OpBuilder;
import org.openclip.backend.tf.runtime.Output;

/**
 * The objective over a batch, some rows at a time, each forth and back before the next (Cheng et
 * al. 2024, arXiv 2410.17243): what compares rows with all others is never whole in memory. Loss
 * and derivatives are those of the whole.
 */
final class TiledObjective {
  private static final DataType REAL = DataType.FLOAT32;

  private final TowerPass.StepContext context;
  private final Emitter out;
  private final TrainingPlan.Tiling tiling;
  private final int rank;
  private final Map<String, Output> scalars = new LinkedHashMap<>();
  private final Map<String, List<Output>> ofRows = new LinkedHashMap<>();
  private final Map<String, Output> ofAll = new LinkedHashMap<>();

  /**
   * Makes ready to write.
   *
   * @param rank of this process, whose rows stand at its place among those of all
   */
  TiledObjective(TowerPass.StepContext context, TrainingPlan.Tiling tiling, int rank) {
    this.context = context;
    this.out = context.out();
    this.tiling = tiling;
    this.rank = rank;
  }

  /**
   * Writes the objective.
   *
   * @param given its inputs by name
   * @param features the names of those by which the loss is derived
   * @param derivatives where the derivatives by its parameters go
   */
  StepGraph.Objective write(
      Map<String, Output> given, Set<String> features, Derivatives derivatives) {
    Map<String, Output> all = lower(tiling.gather(), some(tiling.gather(), given));
    Output rows = size(Objects.requireNonNull(given.get(tiling.rows())));
    Output before = null;
    for (int i = 0; i < tiling.count(); i++) {
      before = tile(i, rows, given, all, features, derivatives, before);
    }
    Map<String, Output> back = new LinkedHashMap<>();
    ofRows.forEach((name, parts) -> back.put(name, out.concat(parts, 0)));
    List<String> names = gathered(features);
    List<Optional<Output>> found =
        ofAll.isEmpty()
            ? List.of()
            : derivatives.add(
                ofAll.keySet().stream().map(n -> Objects.requireNonNull(all.get(n))).toList(),
                List.copyOf(ofAll.values()),
                Map.of(),
                names.stream().map(n -> Objects.requireNonNull(given.get(n))).toList());
    for (int i = 0; i < found.size(); i++) {
      String name = names.get(i);
      found.get(i).ifPresent(more -> back.merge(name, more, (a, b) -> out.op("AddV2", a, b)));
    }
    return new StepGraph.Objective(scalars, back);
  }

  /** Returns the features of which all rows carry derivatives. */
  private List<String> gathered(Set<String> features) {
    Graph graph = tiling.gather();
    BitSet needed =
        Lowering.needed(
            graph,
            ofAll.keySet().stream()
                .map(name -> Objects.requireNonNull(graph.outputs().get(name)))
                .toList());
    List<String> names = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof LeafOp.Input input
          && needed.get(node.value().id())
          && features.contains(input.name())) {
        names.add(input.name());
      }
    }
    return names;
  }

  private Map<String, Output> lower(Graph graph, Map<String, Output> inputs) {
    return Lowering.lower(
        graph, out, inputs, context.numbers(), context.phase(), context.variables());
  }

  private static Map<String, Output> some(Graph graph, Map<String, Output> given) {
    Map<String, Output> some = new LinkedHashMap<>();
    graph.inputs().forEach(i -> some.put(i.name(), Objects.requireNonNull(given.get(i.name()))));
    return some;
  }

  private Output size(Output tensor) {
    return out.op("GatherV2", out.op("Shape", tensor), out.integer(0), out.integer(0));
  }

  /** Writes one tile and returns what the next one waits for. */
  private Output tile(
      int number,
      Output rows,
      Map<String, Output> given,
      Map<String, Output> all,
      Set<String> features,
      Derivatives derivatives,
      @Nullable Output before) {
    Output start = place(rows, number);
    Output count = out.op("Sub", place(rows, number + 1), start);
    Map<String, Output> inputs = new LinkedHashMap<>();
    for (LeafOp.Input input : tiling.tile().inputs()) {
      inputs.put(input.name(), input(input, start, count, rows, given, all, before));
    }
    Map<String, Output> told = lower(tiling.tile(), inputs);
    Output share = out.op("RealDiv", real(count), real(rows));
    told.forEach((name, value) -> add(scalars, name, out.op("Mul", value, share)));

    List<String> names = new ArrayList<>();
    BitSet needed =
        Lowering.needed(
            tiling.tile(),
            List.of(Objects.requireNonNull(tiling.tile().outputs().get(TrainingPlan.LOSS))));
    for (Node node : tiling.tile().nodes()) {
      if (node.op() instanceof LeafOp.Input input
          && needed.get(node.value().id())
          && (features.contains(input.name()) || all.containsKey(input.name()))) {
        names.add(input.name());
      }
    }
    List<Optional<Output>> found =
        derivatives.add(
            List.of(Objects.requireNonNull(told.get(TrainingPlan.LOSS))),
            List.of(share),
            context.reads(tiling.tile(), List.of(TrainingPlan.LOSS)),
            names.stream().map(n -> Objects.requireNonNull(inputs.get(n))).toList());
    OpBuilder done = out.graph().op("NoOp");
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (found.get(i).isPresent()) {
        Output derivative = found.get(i).get();
        if (all.containsKey(name)) {
          add(ofAll, name, derivative);
          done.after(Objects.requireNonNull(ofAll.get(name)));
        } else {
          ofRows.computeIfAbsent(name, n -> new ArrayList<>()).add(derivative);
          done.after(derivative);
        }
      }
    }
    return done.build();
  }

  private Output place(Output rows, int number) {
    return out.op(
        "FloorDiv", out.op("Mul", rows, out.integer(number)), out.integer(tiling.count()));
  }

  private Output real(Output integer) {
    return out.cast(integer, DataType.INT32, REAL);
  }

  private void add(Map<String, Output> sums, String name, Output more) {
    sums.merge(name, more, (a, b) -> out.op("AddV2", a, b));
  }

  private Output input(
      LeafOp.Input input,
      Output start,
      Output count,
      Output rows,
      Map<String, Output> given,
      Map<String, Output> all,
      @Nullable Output before) {
    if (input.name().equals(TrainingPlan.Tiling.FIRST_ROW)) {
      Output first = out.op("AddV2", out.op("Mul", rows, out.integer(rank)), start);
      Output list = out.op("Reshape", first, out.integers(1));
      return out.cast(list, DataType.INT32, DataType.INT64);
    }
    Output value = all.get(input.name());
    if (value == null) {
      value = Objects.requireNonNull(given.get(input.name()), input.name());
      if (!input.shape().dim(0).fixed()) {
        Output from = out.pack(List.of(start, out.integer(0)));
        value = out.op("Slice", value, from, out.pack(List.of(count, out.integer(-1))));
      }
    }
    OpBuilder held = out.begin("Identity", value);
    return before == null ? held.build() : held.after(before).build();
  }
}
