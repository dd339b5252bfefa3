package org.openclip.spark;

import java.io.IOException;
import java.io.Serializable;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.BarrierTaskInfo;
import org.openclip.api.OpenClipException;
import org.openclip.train.distributed.LocalRanks;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/**
 * A task of the stage that trains: it learns from Spark who the others are, starts one process, and
 * waits for it. The process is a child, not this JVM, for three reasons: TensorFlow's server cannot
 * be started again in a process in which it has failed; what ends natively, or ends its process
 * when the others are gone, would end the executor; and TensorFlow's jars need not agree with
 * Spark's.
 */
final class RankTask extends AbstractFunction1<Iterator<Integer>, Iterator<RankTask.Ended>>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String MAIN = "org.openclip.hub.cli.Main";
  private static final String TRAINING = "org.openclip.train.distributed.LocalRanks";

  /** Within it a process ends by itself when its executor or another process is gone. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** How long a training that is cancelled may take to save itself. */
  private static final Duration SAVING = Duration.ofSeconds(60);

  private final ArrayList<String> arguments;
  private final ArrayList<String> javaOptions;

  RankTask(List<String> arguments, List<String> javaOptions) {
    this.arguments = new ArrayList<>(arguments);
    this.javaOptions = new ArrayList<>(javaOptions);
  }

  /**
   * A process that has ended well.
   *
   * @param host where it ran
   * @param attempt that of the stage, from 0
   */
  record Ended(String host, int attempt) implements Serializable {}

  @Override
  public Iterator<Ended> apply(Iterator<Integer> nothing) {
    BarrierTaskContext task = BarrierTaskContext.get();
    int attempt = task.stageAttemptNumber();
    check();
    if (attempt > 0) {
      pause(GRACE); // Processes of the attempt before may still be about to end.
    }
    int rank = task.partitionId();
    List<String> hosts = Arrays.stream(task.getTaskInfos()).map(RankTask::host).toList();
    String port = task.allGather(rank == 0 ? Integer.toString(freePort()) : "")[0];
    run(command(task, attempt), rank, variables(hosts, rank, port));
    task.barrier();
    return CollectionConverters.asScala(List.of(new Ended(hosts.get(rank), attempt)).iterator());
  }

  private static void check() {
    try {
      Class.forName(TRAINING, false, RankTask.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new OpenClipException(
          "the executor has no openclip-train; add its jar, and that of openclip-backend-tf, by"
              + " --jars or --packages",
          e);
    }
  }

  /** Returns the host of {@code host:port}, or of {@code [address]:port}. */
  static String host(BarrierTaskInfo info) {
    String address = info.address();
    int colon = address.lastIndexOf(':');
    boolean port = colon > 0 && address.substring(colon + 1).matches("[0-9]+");
    return (port ? address.substring(0, colon) : address).replaceAll("^\\[|]$", "");
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new OpenClipException("there is no free port: " + e, e);
    }
  }

  /** Returns what a process finds its place among all by. */
  static Map<String, String> variables(List<String> hosts, int rank, String port) {
    String own = hosts.get(rank);
    long local = hosts.subList(0, rank).stream().filter(own::equals).count();
    return Map.of(
        "RANK", Integer.toString(rank),
        "LOCAL_RANK", Long.toString(local),
        "WORLD_SIZE", Integer.toString(hosts.size()),
        "MASTER_ADDR", hosts.get(0),
        "MASTER_PORT", port,
        // By which it notices when the executor is gone.
        "OPENCLIP_LAUNCHER", Long.toString(ProcessHandle.current().pid()));
  }

  private List<String> command(BarrierTaskContext task, int attempt) {
    List<String> command = new ArrayList<>(ChildJava.command(javaOptions, MAIN));
    command.add("train");
    command.addAll(attempt == 0 ? arguments : resumed(arguments));
    if (!ClipTrainer.has(arguments, "--threads")) {
      command.addAll(List.of("--threads", Integer.toString(task.cpus())));
    }
    return command;
  }

  /** Returns the flags that go on where the run was. */
  static List<String> resumed(List<String> flags) {
    List<String> resumed = new ArrayList<>();
    for (int i = 0; i < flags.size(); i++) {
      if (flags.get(i).equals("--resume")) {
        i++;
      } else if (!flags.get(i).startsWith("--resume=")) {
        resumed.add(flags.get(i));
      }
    }
    resumed.addAll(List.of("--resume", "latest"));
    return resumed;
  }

  private static void run(List<String> command, int rank, Map<String, String> variables) {
    LastLines said = new LastLines(System.err);
    try (LocalRanks process = start(command, Map.of(rank, variables), said)) {
      int code;
      try {
        code = process.await(GRACE);
      } catch (OpenClipException e) {
        if (Thread.interrupted()) {
          // Spark has given this task up. A training that can still be saved is.
          process.terminate(SAVING);
          Thread.currentThread().interrupt();
        }
        throw e;
      }
      if (code != 0) {
        throw new OpenClipException(
            "rank " + rank + " ended with code " + code + ", and said last:\n" + said.last());
      }
    }
  }

  private static LocalRanks start(
      List<String> command, Map<Integer, Map<String, String>> variables, LastLines said) {
    return LocalRanks.start(command, variables, System.out, said);
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OpenClipException("interrupted before the training began", e);
    }
  }
}
