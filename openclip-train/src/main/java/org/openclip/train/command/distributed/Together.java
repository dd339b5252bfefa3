package org.openclip.train.command.distributed;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.World;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.io.Variables;
import org.openclip.train.distributed.Party;
import org.openclip.train.distributed.Placement;
import org.openclip.train.plan.Gathering;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.Ranks;
import org.openclip.train.run.RunFolder;

/**
 * The processes of a distributed training, as this process sees them, or this process alone.
 *
 * @param flags that say how
 * @param place of this process
 * @param party the others; null for none
 */
public record Together(DistributedFlags flags, Placement place, @Nullable Party party)
    implements AutoCloseable {
  /** The variable that holds the process ID of the launcher. */
  public static final String LAUNCHER = "OPENCLIP_LAUNCHER";

  /** How long a process may take to end by itself when another one has failed. */
  private static final long GRACE_SECONDS = 5;

  /**
   * Meets the others, if there are any.
   *
   * @param facts what must be the same in all processes, by name
   */
  public static Together meet(
      DistributedFlags flags, Placement place, Map<String, String> facts, Environment environment) {
    Consumer<String> say =
        line -> {
          environment.err().println(line);
          environment.err().flush();
        };
    Party party = place.alone() ? null : Party.join(place, facts, flags.timeout(), say);
    if (party != null) {
      party.onFailure(message -> endSoon(message, environment));
    }
    watchLauncher(environment);
    return new Together(flags, place, party);
  }

  /** Ends the process when the one that started it is gone without having ended it. */
  private static void watchLauncher(Environment environment) {
    String launcher = Variables.get(LAUNCHER);
    if (launcher != null && launcher.matches("[0-9]{1,18}")) {
      ProcessHandle.of(Long.parseLong(launcher))
          .ifPresent(
              handle -> {
                var unused =
                    handle
                        .onExit()
                        .thenRun(() -> endSoon("openclip launch has ended", environment));
              });
    }
  }

  /** Ends the process if it does not end by itself: it may wait for somebody who is gone. */
  private static void endSoon(String message, Environment environment) {
    Thread.ofPlatform()
        .daemon()
        .name("openclip-end")
        .start(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(GRACE_SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              environment.err().println("openclip: " + message);
              environment.err().flush();
              Runtime.getRuntime().halt(1);
            });
  }

  /** Returns whether this process writes what is kept. */
  public boolean writes() {
    return place.rank() == 0;
  }

  /** Returns whether this process has a part in what is kept, though another one may write it. */
  public boolean saves() {
    return writes() || (party != null && flags.shards);
  }

  /** Returns how many processes there are. */
  public int size() {
    return place.size();
  }

  /** Returns whether this process keeps a log. */
  public boolean logs() {
    return writes() || (flags.logLocal && place.localRank() == 0);
  }

  /** Returns a run's folder with the log that this process writes. */
  public RunFolder ownLog(RunFolder folder) {
    return party != null && flags.logLocal ? folder.logOf(place.rank()) : folder;
  }

  public World world() {
    return party == null ? World.ALONE : party.world();
  }

  /** Returns the device of this process for the one that all are given. */
  public Device device(Device given) {
    boolean own = party != null && !flags.keepDevice && given.kind() != Device.Kind.CPU;
    return own ? new Device(given.kind(), place.localRank()) : given;
  }

  public Gathering gathering(boolean siglip) {
    return new Gathering(
        place.rank(), place.size(), siglip || flags.localLoss, siglip || flags.gatherWithGrad);
  }

  public TrainingPlan.Sharing sharing() {
    return new TrainingPlan.Sharing(flags.syncNorms, flags.gradients(), flags.shards);
  }

  public Ranks ranks(Trainer trainer) {
    return party == null
        ? Ranks.alone(trainer)
        : new Ranks(place.rank(), place.size(), trainer, party::at);
  }

  /**
   * Tells the others what the first process has decided.
   *
   * @param decided by name; of the first process alone
   */
  public Map<String, String> told(Map<String, String> decided) {
    return party == null ? decided : party.told(decided);
  }

  /** Returns what is to be said of the processes, in lines. */
  public List<String> notes(@Nullable Checkpoint resumed) {
    List<String> notes = new ArrayList<>();
    if (party != null) {
      notes.add(
          String.format(
              Locale.ROOT,
              "distributed training with %d processes, this is rank %d: %s",
              place.size(),
              place.rank(),
              String.join(", ", world().addresses())));
    }
    if (resumed != null
        && resumed.progress().ranks() != place.size()
        && resumed.progress().position() > 0) {
      notes.add(
          String.format(
              Locale.ROOT,
              "the epoch was started with %d processes and continues with %d; samples that were"
                  + " already used are not repeated",
              resumed.progress().ranks(),
              place.size()));
    }
    return notes;
  }

  /** Sees that all processes have the same runtime, and start from the same parameters. */
  public void agreeOnStart(Backend backend, Trainer trainer) {
    if (party == null) {
      return;
    }
    Map<String, String> facts = new TreeMap<>();
    facts.put("the runtime", backend.runtime());
    try (Weights weights = trainer.weights()) {
      CRC32C sum = new CRC32C();
      for (String name : weights.names()) {
        for (ByteBuffer chunk : weights.get(name).chunks()) {
          sum.update(chunk.duplicate());
        }
      }
      facts.put("the checksum of the weights", Long.toHexString(sum.getValue()));
    }
    party.agree(facts);
  }

  /** Returns why the run failed, and tells the others if it was because of this process. */
  public RuntimeException explained(RuntimeException e) {
    return party == null ? e : party.explained(e);
  }

  @Override
  public void close() {
    if (party != null) {
      party.close();
    }
  }
}
