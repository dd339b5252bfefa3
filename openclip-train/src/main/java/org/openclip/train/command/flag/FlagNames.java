package org.openclip.train.command.flag;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Expands flags as Python's argparse does: a unique prefix of a flag is enough, and the last value
 * of a repeated flag counts.
 */
public final class FlagNames {
  /** Flags that the reference does not have; a beginning means its flag first. */
  private static final Set<String> OWN =
      Set.of(
          "--allow-pipe",
          "--backend",
          "--class-names",
          "--offline",
          "--resume-changed",
          "--shuffle-buffer",
          "--template",
          "--templates",
          "--threads",
          "--zeroshot-templates");

  private FlagNames() {}

  /**
   * Returns a call's arguments with every flag's whole name, and each flag of several values once.
   *
   * @param call an object with the command's options
   * @param others names of more flags
   */
  public static List<String> whole(List<String> arguments, Object call, Set<String> others) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(call);
    Set<String> known = new TreeSet<>(others);
    known.add("--help");
    spec.optionsMap().keySet().stream().filter(n -> n.startsWith("--")).forEach(known::add);
    List<String> expanded = new ArrayList<>();
    for (String argument : arguments) {
      expanded.add(argument.startsWith("--") ? whole(argument, known) : argument);
    }
    return lastAlone(expanded, spec);
  }

  private static String whole(String argument, Set<String> known) {
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument : argument.substring(0, equals);
    if (name.length() < 3 || known.contains(name)) {
      return argument;
    }
    List<String> all = known.stream().filter(flag -> flag.startsWith(name)).toList();
    List<String> usual = all.stream().filter(flag -> !OWN.contains(flag)).toList();
    List<String> meant = usual.size() == 1 ? usual : all;
    // Of several, the error of an unknown flag names the nearest.
    return meant.size() == 1 ? meant.get(0) + argument.substring(name.length()) : argument;
  }

  /** Leaves out the values of flags that are given again. */
  private static List<String> lastAlone(List<String> arguments, CommandSpec spec) {
    List<String> kept = new ArrayList<>();
    Set<OptionSpec> seen = new HashSet<>();
    int end = arguments.size();
    for (int i = arguments.size() - 1; i >= 0; i--) {
      if (!isFlag(arguments.get(i))) {
        continue;
      }
      OptionSpec option = spec.optionsMap().get(arguments.get(i).split("=", 2)[0]);
      boolean several = option != null && option.isMultiValue() && option.arity().max() > 1;
      if (!several || seen.add(option)) {
        kept.addAll(0, arguments.subList(i, end));
      }
      end = i;
    }
    kept.addAll(0, arguments.subList(0, end));
    return kept;
  }

  /** Returns whether an argument is a flag and no value. */
  static boolean isFlag(String argument) {
    return argument.startsWith("--") || argument.matches("-[a-z]");
  }
}
