package org.openclip.train.command;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Slurm with two nodes on this machine, {@code 127.0.0.1} and {@code 127.0.0.2}, and a munge of its
 * own.
 *
 * @param configuration the file that Slurm's programs read
 * @param daemons that run
 */
record SlurmCluster(Path configuration, List<Process> daemons) implements AutoCloseable {
  private static final List<String> PROGRAMS =
      List.of("munged", "slurmctld", "slurmd", "srun", "sinfo");

  /** Returns whether it can be started: its programs are there, and this user is root. */
  static boolean possible() {
    return System.getProperty("user.name").equals("root")
        && PROGRAMS.stream().allMatch(program -> found(program));
  }

  private static boolean found(String program) {
    return Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Starts it in a folder. */
  static SlurmCluster start(Path folder) throws IOException, InterruptedException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path key = folder.resolve("munge.key");
    byte[] secret = new byte[1024];
    new SecureRandom().nextBytes(secret);
    Files.write(key, secret);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
    int port = DistributedRuns.freePort();
    Path configuration = folder.resolve("slurm.conf");
    Files.writeString(configuration, configuration(folder, port));
    SlurmCluster cluster = new SlurmCluster(configuration, new ArrayList<>());
    cluster.daemon(
        "munged",
        "--foreground",
        "--force",
        "--key-file=" + key,
        "--socket=" + folder.resolve("munge.sock"),
        "--pid-file=" + folder.resolve("munged.pid"),
        "--log-file=" + folder.resolve("munged.log"),
        "--seed-file=" + folder.resolve("munged.seed"));
    waitFor("munge", () -> Files.exists(folder.resolve("munge.sock")));
    cluster.daemon("slurmctld", "-D", "-c");
    cluster.daemon("slurmd", "-D", "-N", "127.0.0.1");
    cluster.daemon("slurmd", "-D", "-N", "127.0.0.2");
    waitFor("two idle nodes", cluster::idle);
    return cluster;
  }

  private static String configuration(Path folder, int port) throws IOException {
    String host = InetAddress.getLocalHost().getHostName();
    return String.join(
        "\n",
        "ClusterName=local",
        "SlurmctldHost=" + host + "(127.0.0.1)",
        "SlurmctldPort=" + port,
        "AuthType=auth/munge",
        "AuthInfo=socket=" + folder.resolve("munge.sock"),
        "SlurmUser=root",
        "SlurmdUser=root",
        "MpiDefault=none",
        "ProctrackType=proctrack/pgid",
        "TaskPlugin=task/none",
        "SwitchType=switch/none",
        "JobAcctGatherType=jobacct_gather/none",
        "AccountingStorageType=accounting_storage/none",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_Core",
        "SchedulerType=sched/builtin",
        "ReturnToService=2",
        "StateSaveLocation=" + folder.resolve("state"),
        "SlurmdSpoolDir=" + folder.resolve("spool-%n"),
        "SlurmctldPidFile=" + folder.resolve("slurmctld.pid"),
        "SlurmdPidFile=" + folder.resolve("slurmd-%n.pid"),
        "NodeName=127.0.0.1 NodeHostname=" + host + " CPUs=2 Port=" + DistributedRuns.freePort(),
        "NodeName=127.0.0.2 NodeHostname=" + host + " CPUs=2 Port=" + DistributedRuns.freePort(),
        "PartitionName=all Nodes=127.0.0.[1-2] Default=YES State=UP",
        "");
  }

  private void daemon(String... command) throws IOException {
    Path said = configuration.resolveSibling("said-" + daemons.size() + ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().putAll(variables());
    daemons.add(builder.start());
  }

  /** Returns the variables with which Slurm's commands find it. */
  Map<String, String> variables() {
    return Map.of("SLURM_CONF", configuration.toString());
  }

  private boolean idle() {
    try {
      ProcessBuilder builder = new ProcessBuilder("sinfo", "-h", "-t", "idle", "-o", "%D");
      builder.environment().putAll(variables());
      Process sinfo = builder.start();
      String said =
          new String(
              sinfo.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      return sinfo.waitFor() == 0 && said.strip().equals("2");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void waitFor(String what, java.util.function.BooleanSupplier there)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!there.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("Slurm has no " + what);
      }
      Thread.sleep(100);
    }
  }

  @Override
  public void close() {
    for (Process daemon : daemons.reversed()) {
      daemon.destroy();
      try {
        daemon.onExit().get(10, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        daemon.destroyForcibly();
      } catch (InterruptedException e) {
        daemon.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
