package org.openclip.train.command;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.command.distributed.ScalingFlags;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.distributed.LocalRanks;
import org.openclip.train.distributed.OwnCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One call of the command that starts processes. */
@Command(
    customSynopsis = "openclip launch --nproc N [OPTION...] -- train ...",
    sortOptions = false,
    footer = {
      "",
      "  openclip launch --nproc 2 -- train --model ViT-B-32 --train-data 'cc3m/{00000..00331}.tar'"
          + " ...",
      "  openclip launch --nproc 8 --nnodes 2 --node-rank 1 --master-addr node0 --master-port 29500"
          + " -- train ..."
    })
final class LaunchCall implements Arguments.Call {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration SAVING = Duration.ofMinutes(10);

  private final List<String> command;
  private final int arguments;

  @Option(
      names = "--nproc",
      paramLabel = "N",
      description = "The number of processes on this machine: one for each GPU.")
  private int processes;

  @Option(
      names = "--nnodes",
      paramLabel = "N",
      description = "The number of machines. Run this command on each one. Default: 1.")
  private int nodes = 1;

  @Option(
      names = "--node-rank",
      paramLabel = "N",
      description = "The number of this machine, from 0. Default: 0.")
  private int node;

  @Option(
      names = "--master-addr",
      paramLabel = "HOST",
      description = "The host name of the first machine. Default: this one.")
  private @Nullable String host;

  @Option(
      names = "--master-port",
      paramLabel = "PORT",
      description = "The port of rank 0. Default: a free one, for a single machine.")
  private @Nullable Integer port;

  @Option(
      names = "--max-restarts",
      paramLabel = "N",
      description = "The maximum number of restarts from the last checkpoint. Default: 0.")
  private int restarts;

  @Mixin private ScalingFlags scaling = new ScalingFlags();

  LaunchCall(List<String> command, int arguments) {
    this.command = command;
    this.arguments = arguments;
  }

  @Override
  public int run(Environment environment) {
    if (scaling.estimates(environment)) {
      return 0;
    }
    check();
    List<String> java = OwnCommand.before(arguments);
    if (scaling.measures()) {
      List<String> all = new ArrayList<>(java);
      all.addAll(command);
      scaling.measure(all, this::environments, environment);
      return 0;
    }
    AtomicBoolean told = new AtomicBoolean();
    for (int started = 0; ; started++) {
      List<String> all = new ArrayList<>(java);
      all.addAll(started == 0 ? command : resumed());
      int code = once(all, told, environment);
      if (code == 0 || code == Main.USAGE || told.get() || started >= restarts) {
        return code;
      }
      environment
          .err()
          .println(
              String.format(
                  Locale.ROOT,
                  "openclip: restarting all processes from the last checkpoint, restart %d of %d",
                  started + 1,
                  restarts));
      environment.err().flush();
    }
  }

  private int once(List<String> all, AtomicBoolean told, Environment environment) {
    LocalRanks ranks =
        LocalRanks.start(all, environments(processes), environment.out(), environment.err());
    Thread hook =
        new Thread(
            () -> {
              told.set(true);
              ranks.terminate(SAVING);
            },
            "openclip-stop");
    try (ranks) {
      Runtime.getRuntime().addShutdownHook(hook);
      int code = ranks.await(GRACE);
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending already, and the hook waits for the same.
        told.set(true);
      }
      return code;
    }
  }

  private void check() {
    if (command.isEmpty()) {
      throw new UsageException("-- is missing; the command to start, such as train, follows it");
    }
    if (!command.get(0).equals("train")) {
      throw new UsageException(
          "'%s' cannot run in several processes; only train can".formatted(command.get(0)));
    }
    if (scaling.measures()) {
      scaling.check(nodes > 1 || restarts > 0 || processes > 0);
      return;
    }
    if (processes < 1 || processes > 1024 || nodes < 1 || restarts < 0) {
      throw new UsageException(
          "--nproc must be from 1 to 1024, --nnodes at least 1, --max-restarts at least 0");
    }
    if (node < 0 || node >= nodes) {
      throw new UsageException(
          String.format(Locale.ROOT, "--node-rank %d must be from 0 to %d", node, nodes - 1));
    }
    if (nodes > 1 && (host == null || port == null)) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--nnodes %d needs --master-addr and --master-port, the same on all machines",
              nodes));
    }
    if (restarts > 0 && nodes > 1) {
      throw new UsageException(
          "--max-restarts works on one machine; on several machines, let Slurm restart the job");
    }
    if (restarts > 0 && command.stream().noneMatch(a -> a.matches("--name(=.*)?"))) {
      throw new UsageException("--max-restarts needs the run's --name to find the last checkpoint");
    }
  }

  /** Returns the command that goes on where the run was. */
  private List<String> resumed() {
    List<String> resumed = new ArrayList<>();
    for (int i = 0; i < command.size(); i++) {
      if (command.get(i).equals("--resume")) {
        i++;
      } else if (!command.get(i).startsWith("--resume=")) {
        resumed.add(command.get(i));
      }
    }
    resumed.addAll(List.of("--resume", "latest"));
    return resumed;
  }

  private Map<Integer, Map<String, String>> environments(int processes) {
    String master = host == null ? "127.0.0.1" : host;
    int at = port == null ? freePort() : port;
    Map<Integer, Map<String, String>> environments = new LinkedHashMap<>();
    for (int local = 0; local < processes; local++) {
      int rank = node * processes + local;
      environments.put(
          rank,
          Map.of(
              "LOCAL_RANK",
              Integer.toString(local),
              "RANK",
              Integer.toString(rank),
              "WORLD_SIZE",
              Integer.toString(nodes * processes),
              "MASTER_ADDR",
              master,
              "MASTER_PORT",
              Integer.toString(at),
              Together.LAUNCHER,
              Long.toString(ProcessHandle.current().pid())));
    }
    return environments;
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new OpenClipException("no free port was found: " + e, e);
    }
  }
}
