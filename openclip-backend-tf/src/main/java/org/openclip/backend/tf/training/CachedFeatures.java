package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.TrainingPlan;
import org.openclip.backend.tf.distributed.Buckets;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;

/**
 * A step over a batch that comes in parts (Gao et al. 2021, arXiv 2101.06983): features of all
 * parts first, then the objective over them together, then each part again with the derivatives of
 * its features. Gradients add up in variables, which the update reads in the end.
 */
final class CachedFeatures {
  private static final DataType REAL = DataType.FLOAT32;
  private static final String OWN = "own/";

  private final TrainingPlan plan;
  private final Emitter out;
  private final TrainedVariables variables;
  private final OptimizerVariables state;
  private final Scalars scalars;
  private final StepGraph step;
  private final NativeSession session;
  private final Updates.Sharing sharing;
  private final Buckets buckets;
  private final RunningStatistics statistics;
  private @Nullable Calls calls;

  /** The runs that a step consists of; they are written when the first batch comes in parts. */
  private record Calls(
      List<String> features,
      NativeCall forward,
      List<String> objectiveInputs,
      List<String> scalars,
      List<String> derivatives,
      NativeCall objective,
      NativeCall backward,
      boolean bounded,
      NativeCall update,
      List<String> parameters,
      NativeCall read) {}

  CachedFeatures(
      TrainingPlan plan,
      Emitter out,
      TrainedVariables variables,
      OptimizerVariables state,
      Scalars scalars,
      StepGraph step,
      NativeSession session,
      Updates.Sharing sharing,
      Buckets buckets,
      RunningStatistics statistics) {
    this.plan = plan;
    this.out = out;
    this.variables = variables;
    this.state = state;
    this.scalars = scalars;
    this.step = step;
    this.session = session;
    this.sharing = sharing;
    this.buckets = buckets;
    this.statistics = statistics;
  }

  StepReport step(List<Map<String, Tensor>> parts, StepOptions options) {
    Calls prepared = calls();
    StepReport report = accumulate(prepared, parts, options);
    List<NativeTensor> given = scalars.values(options, plan.optimizer(), 0);
    List<NativeTensor> results = List.of();
    try {
      given.add(NativeTensor.copyOf(Tensor.of(new float[] {(float) report.loss()})));
      results = prepared.update().run(given);
      double norm = prepared.bounded() ? results.get(0).copy().toFloats()[0] : Double.NaN;
      return new StepReport(report.scalars(), report.own(), norm);
    } finally {
      given.forEach(NativeTensor::close);
      results.forEach(NativeTensor::close);
    }
  }

  Map<String, Tensor> gradients(List<Map<String, Tensor>> parts, StepOptions options) {
    Calls prepared = calls();
    accumulate(prepared, parts, options);
    List<NativeTensor> results = prepared.read().run(List.of());
    try {
      return TfTrainer.named(prepared.parameters(), results);
    } finally {
      results.forEach(NativeTensor::close);
    }
  }

  /** Leaves the gradients of the whole batch in the variables. */
  private StepReport accumulate(
      Calls prepared, List<Map<String, Tensor>> parts, StepOptions options) {
    Map<String, List<Tensor>> columns = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      Map<String, Tensor> all = new HashMap<>(parts.get(i));
      all.putAll(run(prepared.forward(), prepared.features(), parts.get(i), options, i, Map.of()));
      all.forEach((name, t) -> columns.computeIfAbsent(name, n -> new ArrayList<>()).add(t));
    }
    Map<String, Tensor> joined = new HashMap<>();
    for (String name : prepared.objectiveInputs()) {
      joined.put(name, Rows.join(Objects.requireNonNull(columns.get(name))));
    }
    List<String> names = new ArrayList<>(prepared.scalars());
    prepared.scalars().forEach(name -> names.add(OWN + name));
    names.addAll(prepared.derivatives());
    Map<String, Tensor> results =
        objective(prepared.objective(), prepared.objectiveInputs(), names, joined, options);
    Map<String, Double> means = new HashMap<>();
    Map<String, Double> own = new HashMap<>();
    for (String name : prepared.scalars()) {
      means.put(name, first(results, name));
      own.put(name, first(results, OWN + name));
    }
    long at = 0;
    for (int i = 0; i < parts.size(); i++) {
      long rows = rows(parts.get(i));
      Map<String, Tensor> back = new LinkedHashMap<>();
      for (String name : prepared.derivatives()) {
        back.put(name, Rows.slice(Objects.requireNonNull(results.get(name)), at, rows));
      }
      run(prepared.backward(), List.of(), parts.get(i), options, i, back);
      at += rows;
    }
    return new StepReport(means, own, Double.NaN);
  }

  private static double first(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name)).toFloats()[0];
  }

  private long rows(Map<String, Tensor> part) {
    String first = plan.towers().get(0).inputs().get(0).name();
    return Objects.requireNonNull(part.get(first)).shape()[0];
  }

  private Map<String, Tensor> run(
      NativeCall call,
      List<String> names,
      Map<String, Tensor> part,
      StepOptions options,
      int index,
      Map<String, Tensor> more) {
    List<NativeTensor> open = new ArrayList<>();
    try {
      for (String name : towerInputs()) {
        open.add(NativeTensor.of(Objects.requireNonNull(part.get(name))));
      }
      open.add(seed(options, index));
      more.values().forEach(tensor -> open.add(NativeTensor.of(tensor)));
      List<NativeTensor> results = call.run(List.copyOf(open));
      open.addAll(results);
      return TfTrainer.named(names, results);
    } finally {
      open.forEach(NativeTensor::close);
    }
  }

  private Map<String, Tensor> objective(
      NativeCall call,
      List<String> inputs,
      List<String> names,
      Map<String, Tensor> joined,
      StepOptions options) {
    List<NativeTensor> open = new ArrayList<>();
    try {
      inputs.forEach(name -> open.add(NativeTensor.of(Objects.requireNonNull(joined.get(name)))));
      open.add(seed(options, 0));
      List<NativeTensor> results = call.run(List.copyOf(open));
      open.addAll(results);
      return TfTrainer.named(names, results);
    } finally {
      open.forEach(NativeTensor::close);
    }
  }

  private static NativeTensor seed(StepOptions options, int part) {
    return NativeTensor.copyOf(
        Tensor.of(new long[] {options.seed(), (options.step() << 20) + part}, 2));
  }

  private List<String> towerInputs() {
    List<String> names = new ArrayList<>();
    plan.towers().stream()
        .flatMap(tower -> tower.inputs().stream())
        .map(LeafOp.Input::name)
        .distinct()
        .forEach(names::add);
    return names;
  }

  private Calls calls() {
    Calls known = calls;
    if (known == null) {
      known = write();
      calls = known;
    }
    return known;
  }

  private Calls write() {
    List<Output> towerFeeds = new ArrayList<>();
    towerInputs().forEach(n -> towerFeeds.add(Objects.requireNonNull(step.inputs().get(n))));
    towerFeeds.add(scalars.seed());
    List<String> features = List.copyOf(step.features().keySet());
    // As in the reference, batch norms follow each part both times that it is computed.
    List<Output> seen = statistics.follow(step.observations(), null);
    NativeCall forward =
        session.prepareTogether(towerFeeds, List.copyOf(step.features().values()), seen);

    // The objective once more, over features that are fed.
    Map<String, Output> given = new LinkedHashMap<>();
    plan.objective().inputs().forEach(i -> given.put(i.name(), StepGraph.placeholder(out, i)));
    Derivatives ofObjective = new Derivatives(out);
    StepGraph.Objective objective = step.objective(given, ofObjective);

    Map<String, Output> incoming = new LinkedHashMap<>();
    plan.objective().inputs().stream()
        .filter(i -> objective.features().containsKey(i.name()))
        .forEach(i -> incoming.put(i.name(), StepGraph.placeholder(out, i)));
    Derivatives ofTowers = new Derivatives(out);
    step.back(incoming, ofTowers);
    Map<String, Output> towerGradients = ofTowers.sums();

    Accumulators accumulators = new Accumulators(out, variables);
    List<Output> objectiveFeeds = new ArrayList<>(given.values());
    objectiveFeeds.add(scalars.seed());
    List<Output> objectiveFetches =
        new ArrayList<>(sharing.collectives().means(objective.scalars()).values());
    objectiveFetches.addAll(objective.scalars().values());
    incoming
        .keySet()
        .forEach(n -> objectiveFetches.add(Objects.requireNonNull(objective.features().get(n))));
    NativeCall objectiveCall =
        session.prepareTogether(
            objectiveFeeds,
            objectiveFetches,
            accumulators.start(ofObjective.sums(), towerGradients.keySet()));
    List<Output> backwardFeeds = new ArrayList<>(towerFeeds);
    backwardFeeds.addAll(incoming.values());
    List<Output> backwardTargets = new ArrayList<>(accumulators.add(towerGradients));
    backwardTargets.addAll(seen);
    NativeCall backward = session.prepareTogether(backwardFeeds, List.of(), backwardTargets);

    Output loss = out.graph().op("Placeholder").attr("dtype", REAL).shape("shape").build();
    Map<String, Output> sums = buckets.means(accumulators.read());
    Updates updates = new Updates(plan, out, variables, state, scalars, sums, loss, sharing);
    List<Output> updateFeeds = new ArrayList<>(scalars.feeds());
    updateFeeds.add(loss);
    Output norm = updates.norm();
    NativeCall update =
        session.prepareTogether(
            updateFeeds, norm == null ? List.of() : List.of(norm), updates.operations());
    return new Calls(
        features,
        forward,
        List.copyOf(given.keySet()),
        List.copyOf(objective.scalars().keySet()),
        List.copyOf(incoming.keySet()),
        objectiveCall,
        backward,
        norm != null,
        update,
        List.copyOf(sums.keySet()),
        session.prepareTogether(List.of(), List.copyOf(sums.values()), List.of()));
  }
}
