package org.openclip.train.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Device;
import org.openclip.hub.cli.UsageException;

/**
 * One process's share of work that several processes do.
 *
 * @param local the number of this process among those of its machine, from 0
 * @param rank the number of this process, from 0
 * @param world how many there are
 */
record BenchmarkShare(int local, int rank, int world) {
  private static final List<String> LOCALS =
      List.of("LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID", "OMPI_COMM_WORLD_LOCAL_RANK");
  private static final List<String> RANKS =
      List.of("RANK", "PMI_RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK");
  private static final List<String> WORLDS =
      List.of("WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE");

  /** Reads the share from the variables of torchrun, PMI, SLURM or Open MPI. */
  static BenchmarkShare fromEnvironment(UnaryOperator<@Nullable String> variables) {
    int rank = number(RANKS, 0, variables);
    int world = number(WORLDS, 1, variables);
    if (rank >= world) {
      throw new UsageException(
          "the environment sets rank %s of %s processes; ranks start at 0".formatted(rank, world));
    }
    return new BenchmarkShare(number(LOCALS, 0, variables), rank, world);
  }

  private static int number(
      List<String> names, int missing, UnaryOperator<@Nullable String> variables) {
    for (String name : names) {
      String value = variables.apply(name);
      if (value != null) {
        if (!value.matches("[0-9]{1,6}")) {
          throw new UsageException(name + " is '" + value + "', not a number");
        }
        return Integer.parseInt(value);
      }
    }
    return missing;
  }

  /** Returns the GPU of this process where each of its machine has its own; others as given. */
  Device device(Device given) {
    boolean own = given.kind() != Device.Kind.CPU && given.index() == 0;
    return own ? new Device(given.kind(), local) : given;
  }

  /** Returns every world-th element, from the rank's. */
  <T> List<T> of(List<T> all) {
    List<T> own = new ArrayList<>();
    for (int i = rank; i < all.size(); i += world) {
      own.add(all.get(i));
    }
    return own;
  }
}
