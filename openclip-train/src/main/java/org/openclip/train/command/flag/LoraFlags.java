package org.openclip.train.command.flag;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LowRank;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Option;

/** The flags of low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685). */
public final class LoraFlags {
  @Option(
      names = "--lora",
      paramLabel = "RANK",
      description =
          "Trains low-rank adapters (LoRA) of this rank. The model's own weights do not change, and"
              + " checkpoints hold the adapters only.")
  private @Nullable Integer rank;

  @Option(
      names = "--lora-alpha",
      paramLabel = "ALPHA",
      description = "The adapters are multiplied by ALPHA / RANK. Default: the rank.")
  private @Nullable Double alpha;

  @Option(
      names = "--lora-targets",
      arity = "1..*",
      paramLabel = "PATTERN",
      description =
          "Names of the matrices that get adapters, with * and ?, such as '*.attn.*'. Default: the"
              + " weights of all linear layers of the towers.")
  private List<String> targets = new ArrayList<>();

  /** Checks the numbers. */
  public void check() {
    Bounds.atLeast(1, "--lora", rank);
    Bounds.positive("--lora-alpha", alpha);
    if (rank == null && (alpha != null || !targets.isEmpty())) {
      throw new UsageException(
          (alpha != null ? "--lora-alpha" : "--lora-targets")
              + " says how adapters are trained; give --lora RANK, too");
    }
  }

  /** Returns whether adapters are trained. */
  public boolean given() {
    return rank != null;
  }

  /**
   * Returns the adapters of the towers; empty when none are asked for.
   *
   * @param towers the graphs without adapters
   * @param locked the names of parameters that get no adapters
   * @throws UsageException when a pattern fits no matrix, or the rank does not fit one
   */
  public Optional<LowRank> of(List<Graph> towers, Set<String> locked) {
    if (rank == null) {
      return Optional.empty();
    }
    Set<String> all = new LinkedHashSet<>();
    for (Graph tower : towers) {
      all.addAll(targets.isEmpty() ? LowRank.linearWeights(tower) : LowRank.matrices(tower));
    }
    all.removeAll(locked);
    if (all.isEmpty()) {
      throw new UsageException(
          "--lora has nothing to adapt: no linear layer of the model is left to train");
    }
    Set<String> chosen = targets.isEmpty() ? all : matching(all);
    LowRank lora = new LowRank(rank, alpha == null ? rank : alpha, chosen);
    try {
      towers.forEach(lora::of);
    } catch (InvalidInputException e) {
      throw new UsageException("--lora " + rank + ": " + e.getMessage());
    }
    return Optional.of(lora);
  }

  private Set<String> matching(Set<String> all) {
    Set<String> chosen = new LinkedHashSet<>();
    for (String pattern : targets) {
      List<String> fitting =
          all.stream()
              .filter(name -> OptimizerFlags.glob(pattern).matcher(name).matches())
              .toList();
      if (fitting.isEmpty()) {
        List<String> some = all.stream().limit(8).toList();
        throw new UsageException(
            "--lora-targets '%s' fits no matrix that can have adapters; there are %s, such as %s"
                .formatted(pattern, all.size(), some));
      }
      chosen.addAll(fitting);
    }
    return chosen;
  }
}
