package org.openclip.train.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The flags of a call as they were given, by name. A training that goes on must have those that it
 * began with.
 *
 * @param all every flag with its value, and its values with spaces between
 */
record GivenFlags(Map<String, String> all) {
  /** Flags that say where, how fast and what is told, not what is trained. */
  private static final Set<String> FREE =
      Set.of(
          "--alpha",
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

  /** Short names of flags, and those they stand for. */
  private static final Map<String, String> SHORT =
      Map.of(
          "-f", "--format",
          "-j", "--workers",
          "-m", "--model",
          "-o", "--output",
          "-p", "--pretrained");

  GivenFlags {
    all = new TreeMap<>(all);
  }

  /** Reads a call's arguments. */
  static GivenFlags of(List<String> arguments) {
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
      while (equals < 0 && i + 1 < arguments.size() && !isFlag(arguments.get(i + 1))) {
        values.add(arguments.get(++i));
      }
      flags.merge(
          SHORT.getOrDefault(name, name),
          String.join(" ", values),
          (before, more) -> before + " " + more);
    }
    return new GivenFlags(flags);
  }

  private static boolean isFlag(String argument) {
    return argument.startsWith("--") || argument.matches("-[a-z]");
  }

  /** Returns those that decide what is trained, the model's name among them. */
  Map<String, String> trained(String model) {
    Map<String, String> some = new TreeMap<>(all);
    some.keySet().removeAll(FREE);
    some.putIfAbsent("--model", model);
    return some;
  }

  /** Returns what differs between flags as they were and as they are. */
  static Map<String, String> differences(Map<String, String> before, Map<String, String> now) {
    Map<String, String> differences = new TreeMap<>();
    before.forEach(
        (name, value) -> {
          String other = now.getOrDefault(name, "(default)");
          if (!other.equals(value)) {
            differences.put(name, value + " -> " + other);
          }
        });
    now.forEach(
        (name, value) -> {
          if (!before.containsKey(name)) {
            differences.put(name, "(default) -> " + value);
          }
        });
    return differences;
  }
}
