package org.openclip.backend.tf.distributed;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.BackendException;
import org.openclip.api.backend.World;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.NativeServer;
import org.openclip.backend.tf.runtime.OpBuilder;
import org.openclip.backend.tf.runtime.Output;

/**
 * Writes the operations in which processes that train together meet. All of them write the same
 * ones in the same order, by which they find each other. A process that trains alone meets nobody,
 * and nothing is written.
 */
public final class Collectives {
  /** A key for each kind of operation: two kinds must not share one. */
  private static final int REDUCE_GROUP = 1;

  private static final int GATHER_GROUP = 2;
  private static final int SEND_GROUP = 3;

  /** Instances have smaller numbers than this. */
  private static final int INSTANCES = 1 << 14;

  private static final String REDUCE = "CollectiveReduceV2";
  private static final String GATHER = "CollectiveGatherV2";

  private final Emitter out;
  private final @Nullable NativeServer server;
  private final World world;
  private final String hint;

  /**
   * Makes ready to write.
   *
   * @param server this process'; null when it trains alone
   * @param gpu whether tensors lie on a GPU, where TensorFlow takes NCCL if it can
   */
  public Collectives(Emitter out, @Nullable NativeServer server, boolean gpu) {
    this.out = out;
    this.server = server;
    this.world = server == null ? World.ALONE : server.world();
    this.hint = gpu ? "auto" : "ring";
  }

  /** Returns whether there is nobody to meet. */
  public boolean alone() {
    return server == null;
  }

  /** Returns which process this is. */
  public int rank() {
    return world.rank();
  }

  /** Returns how many processes there are. */
  public int size() {
    return world.size();
  }

  /** Returns the sum of all processes' tensors, and its derivative the sum of their derivatives. */
  public Output sum(Output own) {
    return server == null ? own : sum(own, server.instance());
  }

  private Output sum(Output own, int instance) {
    Output sum = reduce(own, out.integer(2L * instance));
    Output back = out.integer(2L * instance + 1);
    out.graph().derive(REDUCE, sum, incoming -> operand(reduce(incoming, back)));
    return sum;
  }

  /**
   * Returns the derivatives by a collective's operand and the three numbers behind it, by which
   * nothing is derived, so that it does not matter what is there.
   */
  private static List<Output> operand(Output derivative) {
    return Collections.nCopies(4, derivative);
  }

  private Output reduce(Output own, Output instance) {
    return begin(REDUCE, own, REDUCE_GROUP, instance)
        .attr("merge_op", "Add")
        .attr("final_op", "Id")
        .build();
  }

  /**
   * Begins an operation without a timeout of its own, for which TensorFlow would start a thread
   * that sleeps as long each time it runs. The run as a whole has one.
   */
  private OpBuilder begin(String type, Output own, int group, Output instance) {
    return out.begin(type, own, out.integer(world.size()), out.integer(group), instance)
        .inputList(List.of())
        .attr("communication_hint", hint);
  }

  /**
   * Returns the rows of all processes in the order of their ranks. What is derived by a row is
   * summed over all processes.
   *
   * @param own {@code [rows, …]}; all processes have as many
   * @param rank how many axes it has
   */
  public Output gather(Output own, int rank) {
    if (server == null) {
      return own;
    }
    int number = server.instance();
    Output size = out.op("Shape", own);
    Output rows = out.op("GatherV2", size, out.integer(0), out.integer(0));
    Output all = begin(GATHER, own, GATHER_GROUP, instance(2 * number, rows)).build();
    Output back = instance(2 * number + 1, rows);
    long[] place = new long[rank];
    place[0] = world.rank();
    Output first = out.op("Mul", size, out.integers(place));
    // TensorFlow cannot reduce and scatter on processors.
    out.graph()
        .derive(
            GATHER, all, incoming -> operand(out.op("Slice", reduce(incoming, back), first, size)));
    return all;
  }

  /**
   * Returns an instance for so many rows: TensorFlow wants one shape of everything that meets in
   * one instance, and batches may have several sizes.
   */
  private Output instance(int number, Output rows) {
    if (number >= INSTANCES) {
      throw new BackendException("tf", "there are more than " + INSTANCES + " collectives");
    }
    Output ofRows = out.op("Mul", rows, out.integer(INSTANCES));
    return out.op("StopGradient", out.op("AddV2", ofRows, out.integer(number)));
  }

  /** Returns the means of scalars over all processes, by name. */
  public Map<String, Output> means(Map<String, Output> scalars) {
    if (alone() || scalars.isEmpty()) {
      return scalars;
    }
    // Maps may have another order in each process.
    List<String> names = scalars.keySet().stream().sorted().toList();
    List<Output> lines = new ArrayList<>();
    for (String name : names) {
      Output scalar = Objects.requireNonNull(scalars.get(name));
      lines.add(out.op("Reshape", scalar, out.integers(1)));
    }
    Output mean = scaled(sum(out.concat(lines, 0)), 1.0 / size());
    Map<String, Output> means = new LinkedHashMap<>(scalars);
    int next = 0;
    for (String name : names) {
      Output line = out.op("Slice", mean, out.integers(next++), out.integers(1));
      means.put(name, out.op("Reshape", line, out.constant(emptyShape())));
    }
    return means;
  }

  private static Tensor emptyShape() {
    return Tensor.of(DataType.INT32, Tensor.allocate(0), 0);
  }

  /** Returns tensors of the first process. */
  public List<Output> first(List<Output> own) {
    if (alone() || own.isEmpty()) {
      return own;
    }
    List<Output> given =
        world.rank() == 0 ? own : own.stream().map(o -> out.op("ZerosLike", o)).toList();
    Flat flat = Flat.of(out, given);
    return flat.split(out, sum(flat.joined()));
  }

  /**
   * Gives a list of numbers of one process to all others.
   *
   * @param list what this process has; null in all but that one
   * @param count how many numbers there are
   * @param after what the others wait for before they receive
   * @return the list; in the process that gives it, what runs when it was given
   */
  public Output give(@Nullable Output list, long count, @Nullable Output after) {
    int instance = 2 * Objects.requireNonNull(server, "nobody to give to").instance();
    Output size = out.integer(world.size());
    Output group = out.integer(SEND_GROUP);
    OpBuilder operation =
        list == null
            ? out.begin(
                    "CollectiveBcastRecvV2",
                    size,
                    group,
                    out.integer(instance),
                    out.integers(count))
                .attr("T", DataType.FLOAT32)
            : out.begin("CollectiveBcastSendV2", list, size, group, out.integer(instance));
    if (after != null) {
      operation.after(after);
    }
    return operation.attr("communication_hint", hint).build();
  }

  /** Returns a tensor times a number. */
  public Output scaled(Output tensor, double factor) {
    return out.op("Mul", tensor, out.number(factor, DataType.FLOAT32));
  }
}
