package org.openclip.train.distributed;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InvalidInputException;

/**
 * Slurm's short form of many host names, such as {@code node[01-03,7],login}, which {@code scontrol
 * show hostnames} expands in the same way.
 */
final class HostList {
  private static final int MOST = 100_000;

  private HostList() {}

  /**
   * Returns the names in order.
   *
   * @throws InvalidInputException when a bracket is not closed, or what is in it is no range
   */
  static List<String> expand(String list) {
    List<String> hosts = new ArrayList<>();
    int from = 0;
    int depth = 0;
    for (int i = 0; i <= list.length(); i++) {
      char c = i < list.length() ? list.charAt(i) : ',';
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (depth < 0 || depth > 1 || (i == list.length() && depth != 0)) {
        throw wrong(list, "its brackets are not balanced");
      }
      if (c == ',' && depth == 0) {
        String part = list.substring(from, i).strip();
        if (!part.isEmpty()) {
          hosts.addAll(names(list, part));
        }
        from = i + 1;
      }
    }
    if (hosts.isEmpty()) {
      throw wrong(list, "it contains no host");
    }
    return hosts;
  }

  private static List<String> names(String list, String part) {
    int open = part.indexOf('[');
    if (open < 0) {
      return List.of(part);
    }
    int close = part.indexOf(']', open);
    List<String> rests = names(list, part.substring(close + 1));
    List<String> names = new ArrayList<>();
    for (String range : part.substring(open + 1, close).split(",", -1)) {
      for (String number : numbers(list, range.strip())) {
        for (String rest : rests) {
          names.add(part.substring(0, open) + number + rest);
        }
      }
      if (names.size() > MOST) {
        throw wrong(list, "it contains more than " + MOST + " hosts");
      }
    }
    return names;
  }

  private static List<String> numbers(String list, String range) {
    String[] ends = range.split("-", -1);
    if (ends.length > 2 || !range.matches("[0-9]{1,9}(-[0-9]{1,9})?")) {
      throw wrong(list, "'" + range + "' is not a number or range of numbers");
    }
    int first = Integer.parseInt(ends[0]);
    int last = Integer.parseInt(ends[ends.length - 1]);
    if (last < first || last - first >= MOST) {
      throw wrong(list, "'" + range + "' is not a range of numbers");
    }
    List<String> numbers = new ArrayList<>();
    for (int i = first; i <= last; i++) {
      String digits = Integer.toString(i);
      numbers.add("0".repeat(Math.max(0, ends[0].length() - digits.length())) + digits);
    }
    return numbers;
  }

  private static InvalidInputException wrong(String list, String why) {
    return new InvalidInputException("'" + list + "' is not a list of hosts: " + why);
  }
}
