package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.Optimizer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;
import org.openclip.backend.tf.distributed.Collectives;
import org.openclip.backend.tf.distributed.Flat;
import org.openclip.backend.tf.distributed.Shards;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.Lowering;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.lowering.Phase;
import org.openclip.backend.tf.runtime.OpBuilder;
import org.openclip.backend.tf.runtime.Output;

/**
 * The end of a step: gradients are clipped, and parameters and the optimizer's tensors change. All
 * of it waits until every gradient is there, so that no variable changes that is still read, and is
 * left out when the loss is not finite.
 */
final class Updates {
  private static final DataType REAL = DataType.FLOAT32;

  /** What PyTorch adds to the norm that it divides by. */
  private static final double NORM_EPSILON = 1e-6;

  private final TrainingPlan plan;
  private final Emitter out;
  private final TrainedVariables variables;
  private final OptimizerVariables state;
  private final Scalars scalars;
  private final List<Output> operations = new ArrayList<>();
  private final Output gate;
  private final @Nullable Output norm;
  private final @Nullable Output shrink;

  /**
   * Begins the end of a step.
   *
   * @param gradients by parameter
   * @param loss what must be finite
   * @param sharing which of the parameters this process changes, and how it gets the others
   */
  Updates(
      TrainingPlan plan,
      Emitter out,
      TrainedVariables variables,
      OptimizerVariables state,
      Scalars scalars,
      Map<String, Output> gradients,
      Output loss,
      Sharing sharing) {
    this.plan = plan;
    this.out = out;
    this.variables = variables;
    this.state = state;
    this.scalars = scalars;
    Output finite = out.op("IsFinite", loss);
    boolean bounded = plan.gradientNorm() < Double.POSITIVE_INFINITY && !gradients.isEmpty();
    if (bounded) {
      Output length = norm(out, gradients);
      norm = length;
      finite = out.op("LogicalAnd", finite, out.op("IsFinite", length));
      Output divisor = out.op("AddV2", length, out.number(NORM_EPSILON, REAL));
      Output ratio = out.op("RealDiv", out.number(plan.gradientNorm(), REAL), divisor);
      shrink = out.op("Minimum", ratio, out.number(1, REAL));
    } else {
      norm = null;
      shrink = null;
    }
    OpBuilder barrier = out.graph().op("NoOp");
    gradients.values().forEach(barrier::after);
    // A switch whose wrong side is taken lets nothing run that waits for the other one.
    Output chosen = out.begin("Switch", out.number(1, REAL), finite).after(barrier.build()).build();
    gate = out.op("Identity", new Output(chosen.operation(), 1));
    Map<String, Output> changed = new HashMap<>();
    gradients.forEach(
        (name, gradient) -> {
          if (sharing.own(name)) {
            changed.put(name, parameter(name, gradient));
          }
        });
    operations.addAll(changed.values());
    if (sharing.shards() != null) {
      exchange(sharing.collectives(), sharing.shards(), gradients.keySet(), changed);
    }
  }

  /**
   * Who changes which parameters.
   *
   * @param collectives where processes that train together meet
   * @param shards of the parameters; null where every process changes all
   */
  record Sharing(Collectives collectives, @Nullable Shards shards) {
    boolean own(String parameter) {
      return shards == null || shards.own(parameter);
    }
  }

  /** Gives what this process has changed to all others, and takes what they have. */
  private void exchange(
      Collectives collectives, Shards shards, Iterable<String> names, Map<String, Output> changed) {
    for (Shards.Bucket bucket : shards.buckets(names)) {
      if (bucket.owner() == collectives.rank()) {
        List<Output> values =
            bucket.names().stream()
                .map(n -> variables.readAfter(n, Objects.requireNonNull(changed.get(n))))
                .toList();
        operations.add(collectives.give(Flat.of(out, values).joined(), bucket.count(), null));
        continue;
      }
      List<long[]> shapes =
          bucket.names().stream().map(n -> variables.parameter(n).shape().sizes()).toList();
      List<Output> values = Flat.apart(out, collectives.give(null, bucket.count(), gate), shapes);
      for (int i = 0; i < values.size(); i++) {
        operations.add(assign(variables.handle(bucket.names().get(i)), values.get(i), REAL));
      }
    }
  }

  private static Output norm(Emitter out, Map<String, Output> gradients) {
    List<Output> halves = gradients.values().stream().map(g -> out.op("L2Loss", g)).toList();
    Output half = out.graph().op("AddN").inputList(halves).build();
    return out.op("Sqrt", out.op("Mul", half, out.number(2, REAL)));
  }

  /** Returns the length of all gradients; null when the plan sets no bound. */
  @Nullable Output norm() {
    return norm;
  }

  /** Returns the operations to run. */
  List<Output> operations() {
    return operations;
  }

  /** Returns what everything waits for that changes a variable. */
  Output gate() {
    return gate;
  }

  /** Changes a parameter, and returns what is done then. */
  private Output parameter(String name, Output gradient) {
    Output clipped = shrink == null ? gradient : out.op("Mul", gradient, shrink);
    UpdateRule rule = Objects.requireNonNull(plan.rules().get(name));
    Output done =
        plan.optimizer() instanceof AdamW adam
            ? adamW(name, clipped, rule, adam)
            : written(name, clipped, rule, plan.optimizer());
    TrainingPlan.Clamp clamp = plan.clamps().get(name);
    if (clamp != null) {
      Output moved =
          out.op(
              "ClipByValue",
              variables.readAfter(name, done),
              out.number(clamp.minimum(), REAL),
              out.number(clamp.maximum(), REAL));
      done = assign(variables.handle(name), moved, REAL);
    }
    return done;
  }

  private Output scaled(Output rate, double factor) {
    return factor == 1 ? rate : out.op("Mul", rate, out.number(factor, REAL));
  }

  /** Decays the parameter, then lets TensorFlow's own kernel move it. */
  private Output adamW(String name, Output gradient, UpdateRule rule, AdamW adam) {
    Output handle = variables.handle(name);
    Output before = gate;
    if (rule.weightDecay() != 0) {
      Output share = scaled(scalars.rate(), rule.rate() * rule.weightDecay());
      Output kept = out.op("Sub", out.number(1, REAL), share);
      before = assign(handle, out.op("Mul", variables.readAfter(name, gate), kept), REAL);
    }
    Output zero = out.number(0, REAL);
    return out.begin(
            "ResourceApplyAdam",
            handle,
            state.handle(AdamW.FIRST_MOMENT, name),
            state.handle(AdamW.SECOND_MOMENT, name),
            zero,
            zero,
            scaled(scalars.adamRate(), rule.rate()),
            out.number(adam.beta1(), REAL),
            out.number(adam.beta2(), REAL),
            scalars.adamEpsilon(),
            gradient)
        .after(before)
        .build();
  }

  /** Lowers the optimizer's own graph for one parameter. */
  private Output written(String name, Output gradient, UpdateRule rule, Optimizer optimizer) {
    Shape shape = variables.parameter(name).shape();
    Dim[] dims = shape.dims().toArray(Dim[]::new);
    GraphBuilder graph = new GraphBuilder("optimizer");
    Map<String, Output> given = new HashMap<>();
    Map<String, Value> kept = new LinkedHashMap<>();
    for (String kind : optimizer.state()) {
      kept.put(kind, graph.input(kind, REAL, dims));
      given.put(kind, readAfterGate(state.handle(kind, name)));
    }
    Optimizer.Change change =
        optimizer.write(
            graph,
            new Optimizer.Given(
                graph.input("#parameter", REAL, dims),
                graph.input("#gradient", REAL, dims),
                kept,
                graph.input("#step", REAL),
                graph.input("#rate", REAL),
                graph.constant(rule.weightDecay())));
    given.put("#parameter", variables.readAfter(name, gate));
    given.put("#gradient", gradient);
    given.put("#step", scalars.step());
    given.put("#rate", scaled(scalars.rate(), rule.rate()));
    graph.output("#parameter", change.parameter());
    change.state().forEach(graph::output);
    Map<String, Output> results = lower(graph.build(), given);
    results.forEach(
        (kind, value) -> {
          if (!kind.equals("#parameter")) {
            operations.add(assign(state.handle(kind, name), value, REAL));
          }
        });
    Output moved = Objects.requireNonNull(results.get("#parameter"));
    return assign(variables.handle(name), moved, REAL);
  }

  private Map<String, Output> lower(Graph graph, Map<String, Output> given) {
    return Lowering.lower(graph, out, given, Numbers.FLOAT32, Phase.INFERENCE, variables);
  }

  private Output readAfterGate(Output handle) {
    return out.begin("ReadVariableOp", handle).attr("dtype", REAL).after(gate).build();
  }

  private Output assign(Output handle, Output value, DataType type) {
    return out.begin("AssignVariableOp", handle, value).attr("dtype", type).after(gate).build();
  }
}
