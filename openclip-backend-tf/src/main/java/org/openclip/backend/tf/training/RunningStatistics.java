package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.distributed.Collectives;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.OpBuilder;
import org.openclip.backend.tf.runtime.Output;

/**
 * The means and variances that batch norms keep for inference: they follow those of the pictures
 * that are seen, and the number of batches is counted.
 */
final class RunningStatistics {
  private static final DataType REAL = DataType.FLOAT32;

  private final Emitter out;
  private final TrainedVariables variables;
  private final Collectives collectives;

  /** Whether all processes have seen the same. */
  private final boolean shared;

  RunningStatistics(
      Emitter out, TrainedVariables variables, Collectives collectives, boolean shared) {
    this.out = out;
    this.variables = variables;
    this.collectives = collectives;
    this.shared = shared;
  }

  /**
   * Returns operations that let them follow.
   *
   * @param observations what was seen
   * @param gate what they wait for; null for nothing
   */
  List<Output> follow(List<TrainingPhase.Observation> observations, @Nullable Output gate) {
    List<Output> seenHere = new ArrayList<>();
    for (TrainingPhase.Observation seen : observations) {
      seenHere.add(seen.mean());
      seenHere.add(seen.variance());
    }
    // The running statistics of all processes stay the same, as those of the first do alone.
    Iterator<Output> seenFirst = (shared ? seenHere : collectives.first(seenHere)).iterator();
    List<Output> operations = new ArrayList<>();
    for (TrainingPhase.Observation seen : observations) {
      String mean = seen.norm().mean().label();
      double momentum = seen.norm().momentum();
      operations.add(follow(mean, seenFirst.next(), momentum, gate));
      operations.add(follow(seen.norm().variance().label(), seenFirst.next(), momentum, gate));
      String counter = mean.substring(0, mean.lastIndexOf('.') + 1) + "num_batches_tracked";
      if (variables.names().contains(counter)) {
        Output one = out.number(1, DataType.INT64);
        operations.add(
            after(gate, out.begin("AssignAddVariableOp", variables.handle(counter), one))
                .attr("dtype", DataType.INT64)
                .build());
      }
    }
    return operations;
  }

  private Output follow(String name, Output seen, double momentum, @Nullable Output gate) {
    Output handle = variables.handle(name);
    Output old = after(gate, out.begin("ReadVariableOp", handle)).attr("dtype", REAL).build();
    Output way = out.op("Mul", out.op("Sub", seen, old), out.number(momentum, REAL));
    return after(gate, out.begin("AssignVariableOp", handle, out.op("AddV2", old, way)))
        .attr("dtype", REAL)
        .build();
  }

  private static OpBuilder after(@Nullable Output gate, OpBuilder operation) {
    return gate == null ? operation : operation.after(gate);
  }
}
