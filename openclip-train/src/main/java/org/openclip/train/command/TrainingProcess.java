package org.openclip.train.command;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.Main;
import org.openclip.train.command.distributed.DistributedFlags;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.data.Dataset;
import org.openclip.train.distributed.Placement;

/**
 * This process of a training, alone or among others.
 *
 * @param flags of distributed training
 * @param place of this process
 * @param environment of the command
 */
record TrainingProcess(DistributedFlags flags, Placement place, Environment environment) {
  /** What a process does when it has met the others. */
  interface Work {
    /**
     * Trains.
     *
     * @param heard the environment, in which one process alone tells people how the training goes
     * @return the exit code
     */
    int run(Environment heard, Together together);
  }

  /**
   * Meets the others, and does the work.
   *
   * @param facts what must be the same in all processes
   */
  int run(Map<String, String> facts, Work work) {
    Environment heard = place.rank() == 0 ? environment : silent();
    try (Together together = Together.meet(flags, place, facts, environment)) {
      try {
        return work.run(heard, together);
      } catch (RuntimeException e) {
        throw together.explained(e);
      }
    }
  }

  private Environment silent() {
    return new Environment(
        environment.out(),
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
        environment.plugins(),
        false);
  }

  /** Returns what must be the same in all processes. */
  static Map<String, String> facts(String model, EffectiveFlags all, @Nullable Dataset dataset) {
    Map<String, String> facts = new TreeMap<>(GivenFlags.shared(all));
    facts.put("--model", model);
    facts.put("the version of OpenCLIP", Main.version());
    facts.put("the version of Java", Runtime.version().toString());
    if (dataset != null) {
      facts.put("the training data", dataset.fingerprint());
    }
    return facts;
  }
}
