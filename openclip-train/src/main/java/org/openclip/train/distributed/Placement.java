package org.openclip.train.distributed;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.JsonObjects;

/**
 * The rank of this process and the address of rank 0, from the environment variables of torchrun,
 * MPI and Slurm, in the reference's order, or from {@code TF_CONFIG}.
 *
 * @param localRank which process of its machine this is, from 0
 * @param rank which of all processes this is, from 0
 * @param size how many there are
 * @param host where the first process waits for the others; empty for a process that is alone
 * @param port at which it does
 */
public record Placement(int localRank, int rank, int size, String host, int port) {
  /** A process that trains alone. */
  public static final Placement ALONE = new Placement(0, 0, 1, "", 0);

  private static final List<String> LOCAL_RANKS =
      List.of("LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID", "OMPI_COMM_WORLD_LOCAL_RANK");
  private static final List<String> RANKS =
      List.of("RANK", "PMI_RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK");
  private static final List<String> SIZES =
      List.of("WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE");
  private static final String TF_CONFIG = "TF_CONFIG";
  private static final String TCP = "tcp://";

  /** Where Slurm's jobs meet unless told otherwise: jobs beside each other differ. */
  private static final int FIRST_PORT = 15_000;

  private static final int PORTS = 15_000;

  /** Checks that the rank is among the processes. */
  public Placement {
    if (size < 1 || rank < 0 || rank >= size || localRank < 0) {
      throw new InvalidInputException(
          String.format(
              Locale.ROOT,
              "rank %d (local rank %d) of %d processes is invalid; ranks start at 0",
              rank,
              localRank,
              size));
    }
  }

  /** Returns whether there is no other process. */
  public boolean alone() {
    return size == 1;
  }

  /**
   * Finds the place.
   *
   * @param variables looks variables up; null for those that are not set
   * @param url {@code tcp://HOST:PORT} of the first process, or {@code env://}; null for the same
   * @throws InvalidInputException when a number is missing or wrong, or nobody says where the first
   *     process waits
   */
  public static Placement of(Function<String, @Nullable String> variables, @Nullable String url) {
    Found size = first(variables, SIZES);
    Found rank = first(variables, RANKS);
    Found local = first(variables, LOCAL_RANKS);
    String config = variables.apply(TF_CONFIG);
    if (size == null && config != null) {
      return ofTensorFlow(config, local, url);
    }
    if (size == null) {
      if (rank != null && rank.name().equals("RANK")) {
        throw new InvalidInputException(
            String.format(
                Locale.ROOT,
                "the variable RANK is %d, but WORLD_SIZE is not set; set both, or neither to train"
                    + " in one process",
                rank.value()));
      }
      return ALONE;
    }
    if (size.value() == 1) {
      return ALONE;
    }
    if (rank == null) {
      throw new InvalidInputException(
          String.format(
              Locale.ROOT,
              "the variable %s is %d, but no variable gives the rank of this process; set RANK,"
                  + " from 0 to %d",
              size.name(),
              size.value(),
              size.value() - 1));
    }
    if (size.value() < 1 || rank.value() >= size.value()) {
      throw new InvalidInputException(
          String.format(
              Locale.ROOT,
              "the variable %s is %d, but must be from 0 to %d because %s is %d",
              rank.name(),
              rank.value(),
              size.value() - 1,
              size.name(),
              size.value()));
    }
    Master master = master(variables, url);
    return new Placement(
        local == null ? 0 : local.value(), rank.value(), size.value(), master.host, master.port);
  }

  private record Found(String name, int value) {}

  private record Master(String host, int port) {}

  private static @Nullable Found first(
      Function<String, @Nullable String> variables, List<String> names) {
    for (String name : names) {
      String text = variables.apply(name);
      if (text != null) {
        return new Found(name, number(name, text));
      }
    }
    return null;
  }

  private static int number(String name, String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw new InvalidInputException(
          "the variable " + name + " is '" + text + "', but must be a number from 0");
    }
    return Integer.parseInt(text);
  }

  private static Master master(Function<String, @Nullable String> variables, @Nullable String url) {
    if (url != null && !url.equals("env://")) {
      if (!url.startsWith(TCP)) {
        throw new InvalidInputException(
            "--dist-url '" + url + "' is neither tcp://HOST:PORT nor env://");
      }
      return address("--dist-url", url.substring(TCP.length()).replaceAll("[/?].*", ""));
    }
    String host = variables.apply("MASTER_ADDR");
    String port = variables.apply("MASTER_PORT");
    String nodes = variables.apply("SLURM_JOB_NODELIST");
    if (host == null && nodes != null) {
      host = HostList.expand(nodes).get(0);
    }
    if (host == null) {
      throw new InvalidInputException(
          "MASTER_ADDR is not set, but distributed training needs it: it is the host of rank 0. On"
              + " one machine, openclip launch sets all variables");
    }
    if (port != null) {
      return address("MASTER_PORT", host + ":" + port);
    }
    String job = variables.apply("SLURM_JOB_ID");
    if (job == null || !job.matches("[0-9]{1,18}")) {
      throw new InvalidInputException(
          "the variable MASTER_ADDR is "
              + host
              + ", but MASTER_PORT is not set; any free port above 1023 will do");
    }
    return new Master(host, FIRST_PORT + (int) (Long.parseLong(job) % PORTS));
  }

  private static Master address(String name, String text) {
    int colon = text.lastIndexOf(':');
    String port = text.substring(colon + 1);
    if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new InvalidInputException(
          "the address of rank 0, "
              + name
              + ", is '"
              + text
              + "', but must be a host and a port from 1 to 65535");
    }
    return new Master(text.substring(0, colon).replaceAll("^\\[|]$", ""), Integer.parseInt(port));
  }

  /** Reads TensorFlow's own description: workers' addresses, and which of them this is. */
  private static Placement ofTensorFlow(
      String config, @Nullable Found local, @Nullable String url) {
    Map<String, Object> json =
        JsonObjects.parse(TF_CONFIG, 0, config.getBytes(StandardCharsets.UTF_8));
    Object cluster = json.get("cluster");
    Object task = json.get("task");
    if (!(cluster instanceof Map<?, ?> jobs) || !(task instanceof Map<?, ?> own)) {
      throw new InvalidInputException(
          "the variable TF_CONFIG has no 'cluster' and 'task', which describe the processes and"
              + " this process");
    }
    List<?> chiefs = jobs.get("chief") instanceof List<?> list ? list : List.of();
    List<?> workers = jobs.get("worker") instanceof List<?> list ? list : List.of();
    int size = chiefs.size() + workers.size();
    int index = number("TF_CONFIG's task.index", String.valueOf(own.get("index")));
    boolean chief = "chief".equals(own.get("type"));
    int rank = chief ? index : chiefs.size() + index;
    if (rank >= size || (!chief && !"worker".equals(own.get("type")))) {
      throw new InvalidInputException(
          String.format(
              Locale.ROOT,
              "the variable TF_CONFIG's task %s %s is not in its cluster of %d chiefs and %d"
                  + " workers",
              own.get("type"),
              index,
              chiefs.size(),
              workers.size()));
    }
    if (size == 1) {
      return ALONE;
    }
    Object first = chiefs.isEmpty() ? workers.get(0) : chiefs.get(0);
    Master master =
        url == null ? address(TF_CONFIG, String.valueOf(first)) : master(name -> null, url);
    return new Placement(local == null ? 0 : local.value(), rank, size, master.host, master.port);
  }
}
