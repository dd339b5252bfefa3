package org.openclip.train.command.flag;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The flags of a call by name, and the subset of them that determines the trained model.
 *
 * @param all every flag with its value, and its values with spaces between
 */
public record GivenFlags(Map<String, String> all) {
  /** Flags that say where, how fast and what is told, not what is trained. */
  private static final Set<String> FREE =
      Set.of(
          "--allow-pipe",
          "--alpha",
          "--audio-zeroshot-audio-key",
          "--audio-zeroshot-class-key",
          "--audio-zeroshot-dataset",
          "--audio-zeroshot-target-key",
          "--audio-zeroshot-template",
          "--backend",
          "--batch",
          "--cache-dir",
          "--copy-codebase",
          "--delete-previous-checkpoint",
          "--device",
          "--dist-backend",
          "--dist-timeout",
          "--dist-url",
          "--format",
          "--fsdp",
          "--imagenet-v2",
          "--imagenet-val",
          "--log-every-n-steps",
          "--log-local",
          "--log-metric-every-n-steps",
          "--logs",
          "--name",
          "--no-set-device-rank",
          "--offline",
          "--output",
          "--remote-sync",
          "--remote-sync-frequency",
          "--remote-sync-protocol",
          "--report-to",
          "--resume",
          "--resume-changed",
          "--save-frequency",
          "--save-most-recent",
          "--threads",
          "--train-loss-ema-samples",
          "--val-data",
          "--val-folder",
          "--val-frequency",
          "--val-num-samples",
          "--val-retrieval-chunk-size",
          "--val-retrieval-precision",
          "--workers",
          "--zeroshot-frequency",
          "--zeroshot-templates");

  /** Flags that may differ between processes that train together. */
  private static final Set<String> OWN =
      Set.of(
          "--allow-pipe",
          "--backend",
          "--cache-dir",
          "--device",
          "--dist-url",
          "--log-every-n-steps",
          "--log-local",
          "--log-metric-every-n-steps",
          "--logs",
          "--name",
          "--no-set-device-rank",
          "--offline",
          "--remote-sync",
          "--remote-sync-frequency",
          "--remote-sync-protocol",
          "--report-to",
          "--resume",
          "--resume-changed",
          "--threads",
          "--train-data",
          "--train-loss-ema-samples");

  /** Flags whose values are places, which may be called otherwise on other machines. */
  private static final Set<String> PLACES =
      Set.of(
          "--audio-zeroshot-dataset",
          "--imagenet-v2",
          "--imagenet-val",
          "--val-data",
          "--zeroshot-templates");

  /** Flags whose values add up when they are given again; of all others the last counts. */
  private static final Set<String> REPEATED = Set.of("--audio-zeroshot-template", "--template");

  /** Short names of flags, and those they stand for. */
  private static final Map<String, String> SHORT =
      Map.of(
          "-f", "--format",
          "-j", "--workers",
          "-m", "--model",
          "-o", "--output",
          "-p", "--pretrained",
          "-t", "--templates");

  public GivenFlags {
    all = new TreeMap<>(all);
  }

  /** Reads a call's arguments. */
  public static GivenFlags of(List<String> arguments) {
    Map<String, String> flags = new TreeMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String flag = arguments.get(i);
      if (!flag.startsWith("-")) {
        continue;
      }
      int equals = flag.indexOf('=');
      String name = equals < 0 ? flag : flag.substring(0, equals);
      List<String> values = new ArrayList<>();
      if (equals >= 0) {
        values.add(flag.substring(equals + 1));
      }
      while (equals < 0 && i + 1 < arguments.size() && !FlagNames.isFlag(arguments.get(i + 1))) {
        values.add(arguments.get(++i));
      }
      flags.merge(
          SHORT.getOrDefault(name, name),
          String.join(" ", values),
          (before, more) -> REPEATED.contains(name) ? before + " " + more : more);
    }
    return new GivenFlags(flags);
  }

  /**
   * Returns those that must be the same in all processes that train together: what is trained, and
   * when they meet to measure and to save.
   *
   * @param effective what the flags amount to
   */
  public static Map<String, String> shared(EffectiveFlags effective) {
    Map<String, String> some = new TreeMap<>(effective.values());
    some.keySet().removeAll(OWN);
    some.replaceAll((name, value) -> PLACES.contains(name) ? "given" : value);
    return some;
  }

  /**
   * Returns those that decide what is trained, the model's name among them.
   *
   * @param effective what the flags amount to
   */
  public static EffectiveFlags trained(EffectiveFlags effective, String model) {
    Map<String, String> some = new TreeMap<>(effective.values());
    some.keySet().removeAll(FREE);
    some.putIfAbsent("--model", model);
    return new EffectiveFlags(some, effective.defaults());
  }
}
