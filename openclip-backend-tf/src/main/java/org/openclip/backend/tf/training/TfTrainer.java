package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openclip.api.ClosedException;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.InputCheck;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.backend.tf.distributed.Buckets;
import org.openclip.backend.tf.distributed.Collectives;
import org.openclip.backend.tf.distributed.Shards;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.Lowering;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.lowering.Phase;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeGraph;
import org.openclip.backend.tf.runtime.NativeServer;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;
import org.tensorflow.proto.ConfigProto;

/** A session whose variables learn. */
public final class TfTrainer implements Trainer {
  private final TrainingPlan plan;
  private final Numbers numbers;
  private final NativeGraph nativeGraph;
  private final Emitter out;
  private final TrainedVariables variables;
  private final OptimizerVariables state;
  private final Scalars scalars;
  private final StepGraph step;
  private final NativeSession session;
  private final WholeStep whole;
  private final CachedFeatures cached;
  private final GatheredRows gathered;
  private final KeptState kept;
  private final int runs;
  private final IdentityHashMap<Graph, TowerCall> calls = new IdentityHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  /** A graph that runs as in inference. */
  private record TowerCall(List<String> outputs, NativeCall call) {}

  private TfTrainer(
      TrainingPlan plan,
      Numbers numbers,
      ConfigProto config,
      NativeGraph nativeGraph,
      @Nullable NativeServer server,
      int runs) {
    this.plan = plan;
    this.runs = runs;
    this.numbers = numbers;
    this.nativeGraph = nativeGraph;
    this.out = new Emitter(nativeGraph);
    this.variables = new TrainedVariables(out, plan.parameters());
    this.scalars = Scalars.of(out);
    Collectives collectives =
        new Collectives(out, server, config.getDeviceCountOrDefault("GPU", 1) > 0);
    Updates.Sharing sharing = new Updates.Sharing(collectives, shards(collectives));
    this.state = new OptimizerVariables(out, plan, sharing::own);
    Buckets buckets =
        new Buckets(
            out,
            collectives,
            plan.sharing().gradients(),
            name -> variables.parameter(name).shape().count().size());
    this.step = new StepGraph(plan, out, variables, numbers, scalars.seed(), collectives);
    Derivatives derivatives = new Derivatives(out);
    Map<String, Output> given = new HashMap<>(step.inputs());
    given.putAll(step.features());
    StepGraph.Objective objective = step.objective(given, derivatives);
    step.back(objective.features(), derivatives);
    Map<String, Output> gradients = buckets.means(derivatives.sums());
    Map<String, Output> means = collectives.means(objective.scalars());
    Updates updates =
        new Updates(
            plan,
            out,
            variables,
            state,
            scalars,
            gradients,
            Objects.requireNonNull(means.get(TrainingPlan.LOSS)),
            sharing);
    RunningStatistics statistics =
        new RunningStatistics(out, variables, collectives, plan.sharing().norms());
    List<Output> ends = new ArrayList<>(updates.operations());
    ends.addAll(statistics.follow(step.observations(), updates.gate()));
    this.session = NativeSession.open(nativeGraph, config, server);
    this.whole =
        new WholeStep(
            session, step, scalars, objective.scalars(), means, gradients, updates.norm(), ends);
    this.cached =
        new CachedFeatures(
            plan, out, variables, state, scalars, step, session, sharing, buckets, statistics);
    this.gathered = new GatheredRows(out, collectives, session);
    this.kept = new KeptState(out, state, session, sharing, plan);
  }

  /** Returns which process keeps what of the optimizer's state; null where each keeps all. */
  private @Nullable Shards shards(Collectives collectives) {
    if (!plan.sharing().state() || collectives.alone()) {
      return null;
    }
    Map<String, Long> sizes = new LinkedHashMap<>();
    plan.rules()
        .keySet()
        .forEach(name -> sizes.put(name, variables.parameter(name).shape().count().size()));
    return Shards.of(sizes, collectives.size(), collectives.rank());
  }

  /**
   * Translates a plan and fills its variables; what was opened before a failure is closed.
   *
   * @param weights where every parameter starts
   * @param server through which it reaches those that it trains with; null when it trains alone
   * @param runs how many operations run at a time
   */
  public static TfTrainer open(
      TrainingPlan plan,
      Weights weights,
      Numbers numbers,
      ConfigProto config,
      @Nullable NativeServer server,
      int runs) {
    NativeGraph graph = new NativeGraph();
    TfTrainer trainer = null;
    boolean opened = false;
    try {
      trainer = new TfTrainer(plan, numbers, config, graph, server, runs);
      trainer.variables.fill(trainer.session, weights);
      List<Output> zero = trainer.state.zero();
      if (!zero.isEmpty()) {
        try (NativeCall call = trainer.session.prepare(List.of(), List.of(), zero)) {
          call.run(List.of());
        }
      }
      opened = true;
      return trainer;
    } finally {
      if (!opened) {
        if (trainer != null) {
          trainer.session.close();
        }
        graph.close();
      }
    }
  }

  private <T> T whileOpen(Supplier<T> work) {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedException("the trainer");
      }
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public StepReport step(List<Map<String, Tensor>> parts, StepOptions options) {
    parts.forEach(this::check);
    return whileOpen(
        () ->
            parts.size() == 1
                ? whole.run(parts.get(0), options, plan.optimizer())
                : cached.step(parts, options));
  }

  @Override
  public Map<String, Tensor> gradients(List<Map<String, Tensor>> parts, StepOptions options) {
    parts.forEach(this::check);
    return whileOpen(
        () ->
            parts.size() == 1
                ? whole.gradients(parts.get(0), options, plan.optimizer())
                : cached.gradients(parts, options));
  }

  /** Checks a part as the inputs of one graph that has those of all. */
  private void check(Map<String, Tensor> part) {
    Map<String, LeafOp.Input> fed = new LinkedHashMap<>();
    plan.towers().forEach(tower -> tower.inputs().forEach(i -> fed.putIfAbsent(i.name(), i)));
    plan.objective().inputs().stream()
        .filter(input -> step.inputs().containsKey(input.name()))
        .forEach(input -> fed.putIfAbsent(input.name(), input));
    GraphInputs.check(fed.values(), part);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // A graph is known by itself.
  public Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
    InputCheck.check(graph, inputs);
    return whileOpen(
        () -> {
          TowerCall tower = calls.computeIfAbsent(graph, this::call);
          boolean rowByRow = plan.towers().stream().anyMatch(known -> known == graph);
          return TowerRun.inParts(some -> run(graph, tower, some), inputs, rowByRow ? runs : 1);
        });
  }

  private static Map<String, Tensor> run(Graph graph, TowerCall tower, Map<String, Tensor> inputs) {
    List<NativeTensor> open = new ArrayList<>();
    try {
      for (LeafOp.Input input : graph.inputs()) {
        open.add(NativeTensor.of(Objects.requireNonNull(inputs.get(input.name()))));
      }
      List<NativeTensor> results = tower.call().run(List.copyOf(open));
      open.addAll(results);
      return named(tower.outputs(), results);
    } finally {
      open.forEach(NativeTensor::close);
    }
  }

  @Override
  public Tensor gather(Tensor rows) {
    return whileOpen(() -> gathered.of(rows));
  }

  private TowerCall call(Graph graph) {
    Map<String, Output> inputs = new LinkedHashMap<>();
    graph.inputs().forEach(i -> inputs.put(i.name(), StepGraph.placeholder(out, i)));
    Map<String, Output> outputs =
        Lowering.lower(graph, out, inputs, numbers, Phase.INFERENCE, variables);
    return new TowerCall(
        List.copyOf(outputs.keySet()),
        session.prepare(List.copyOf(inputs.values()), List.copyOf(outputs.values()), List.of()));
  }

  /** Copies results, in order, under their names. */
  static Map<String, Tensor> named(Iterable<String> names, List<NativeTensor> results) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    int next = 0;
    for (String name : names) {
      named.put(name, results.get(next++).copy());
    }
    return named;
  }

  @Override
  public Weights weights() {
    return whileOpen(
        () ->
            KeptState.fetch(
                session,
                List.copyOf(variables.names()),
                variables.names().stream().map(variables::read).toList()));
  }

  @Override
  public Weights optimizerState() {
    return whileOpen(kept::copy);
  }

  @Override
  public void restoreOptimizer(Weights saved) {
    kept.check(saved);
    whileOpen(
        () -> {
          kept.restore(saved);
          return saved;
        });
  }

  /** Returns whether the trainer was closed. */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
        nativeGraph.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
