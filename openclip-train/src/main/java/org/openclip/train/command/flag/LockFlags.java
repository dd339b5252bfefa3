package org.openclip.train.command.flag;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.TowerGroups;
import picocli.CommandLine.Option;

/**
 * The flags that freeze parts of the towers (LiT, Zhai et al. 2021, arXiv 2111.07991) or lower
 * their learning rates (Clark et al. 2020, ELECTRA, arXiv 2003.10555), with the reference's names.
 */
public final class LockFlags {
  /** What transformers calls the layer norms of BERT and its kin. */
  private static final String LAYER_NORM = "LayerNorm";

  @Option(names = "--lock-image", description = "Freezes the image tower.")
  private boolean image;

  @Option(
      names = "--lock-image-unlocked-groups",
      paramLabel = "N",
      description = "Trains the last N layer groups of the frozen tower.")
  private int imageGroups;

  @Option(
      names = "--lock-image-freeze-bn-stats",
      description = "Freezes the running statistics of frozen batch norms, and uses them.")
  private boolean freezeStatistics;

  @Option(names = "--lock-text", description = "Freezes the text tower.")
  private boolean text;

  @Option(
      names = "--lock-text-unlocked-layers",
      paramLabel = "N",
      description = "Trains the last N layer groups of the frozen tower.")
  private int textGroups;

  @Option(
      names = "--lock-text-freeze-layer-norm",
      description = "Also freezes the layer norms of text models from transformers.")
  private boolean freezeLayerNorm;

  @Option(
      names = {"--image-layer-decay", "--visual-layer-decay"},
      paramLabel = "D",
      description =
          "Layer-wise learning rate decay: each layer group of the image tower has D times the"
              + " learning rate of the next one.")
  private @Nullable Double imageDecay;

  @Option(
      names = "--text-layer-decay",
      paramLabel = "D",
      description = "The same for the text tower.")
  private @Nullable Double textDecay;

  @Option(
      names = "--audio-layer-decay",
      paramLabel = "D",
      description = "The same for the audio tower of NaFlexCLAP.")
  private @Nullable Double audioDecay;

  @Option(
      names = "--text-pooler-own-group",
      description = "Separates a text tower's pooler from the group of its projection.")
  private boolean poolerApart;

  /** Checks the numbers. */
  public void check() {
    Bounds.atLeast(0, "--lock-image-unlocked-groups", imageGroups);
    Bounds.atLeast(0, "--lock-text-unlocked-layers", textGroups);
  }

  /**
   * Returns what the flags lock.
   *
   * @throws UsageException when a number does not fit the towers
   */
  public Locks locks(Architecture architecture) {
    return imageLocks(architecture).and(textLocks(TowerGroups.text(architecture, !poolerApart)));
  }

  /**
   * Returns what the flags lock of a model of sounds.
   *
   * @throws UsageException when a number does not fit the towers
   */
  public Locks locks(ClapArchitecture architecture) {
    Locks words = textLocks(TowerGroups.text(architecture, !poolerApart));
    if (audioDecay == null) {
      return words;
    }
    if (!(architecture.audioEncoder() instanceof PatchAudioEncoder)) {
      throw new UsageException(
          "--audio-layer-decay is for the audio tower of NaFlexCLAP; HTSAT and Whisper are not"
              + " divided into layers");
    }
    Map<String, Double> rates =
        rates(TowerGroups.audio(architecture), audioDecay, "--audio-layer-decay");
    return words.and(new Locks(Set.of(), Set.of(), rates));
  }

  private Locks imageLocks(Architecture architecture) {
    require(image, imageGroups > 0, "--lock-image-unlocked-groups", "--lock-image");
    require(image, freezeStatistics, "--lock-image-freeze-bn-stats", "--lock-image");
    if (!image && imageDecay == null) {
      return Locks.NONE;
    }
    TowerGroups groups = TowerGroups.image(architecture);
    Set<String> locked =
        image ? locked(groups, imageGroups, "--lock-image-unlocked-groups") : Set.of();
    Set<String> means = freezeStatistics ? TowerGroups.statistics(locked) : Set.of();
    return new Locks(locked, means, rates(groups, imageDecay, "--image-layer-decay"));
  }

  private Locks textLocks(TowerGroups groups) {
    require(text, textGroups > 0, "--lock-text-unlocked-layers", "--lock-text");
    if (!text && textDecay == null) {
      return Locks.NONE;
    }
    Set<String> locked = new TreeSet<>();
    if (text) {
      locked.addAll(locked(groups, textGroups, "--lock-text-unlocked-layers"));
    }
    if (!freezeLayerNorm) {
      locked.removeIf(name -> Arrays.asList(name.split("\\.", -1)).contains(LAYER_NORM));
    }
    return new Locks(locked, Set.of(), rates(groups, textDecay, "--text-layer-decay"));
  }

  private static void require(boolean there, boolean given, String flag, String other) {
    if (given && !there) {
      throw new UsageException(flag + " needs " + other);
    }
  }

  private static Set<String> locked(TowerGroups groups, int unlocked, String flag) {
    try {
      return groups.locked(unlocked);
    } catch (InvalidInputException e) {
      throw new UsageException(flag + ": " + e.getMessage());
    }
  }

  private static Map<String, Double> rates(
      TowerGroups groups, @Nullable Double decay, String flag) {
    if (decay == null) {
      return Map.of();
    }
    try {
      return groups.rates(decay);
    } catch (InvalidInputException e) {
      throw new UsageException(flag + ": " + e.getMessage());
    }
  }
}
