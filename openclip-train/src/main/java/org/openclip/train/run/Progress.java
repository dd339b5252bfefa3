package org.openclip.train.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.api.config.ConfigReader;

/**
 * The progress of a training: epoch, step and position in the data.
 *
 * @param epoch the epoch that goes on or comes next, from 0
 * @param position how many samples of that epoch this process is past
 * @param step how many steps were made in all
 * @param passed how many samples of that epoch each process is past; of an epoch that went on with
 *     another number of processes one list for each time, the last one last
 */
public record Progress(int epoch, long position, long step, List<List<Long>> passed) {
  /** The beginning. */
  public static final Progress START = new Progress(0, 0, 0);

  /** Copies the lists. */
  public Progress {
    passed = passed.stream().map(List::copyOf).toList();
  }

  /** Creates the progress of a process that trains alone. */
  public Progress(int epoch, long position, long step) {
    this(epoch, position, step, List.of(List.of(position)));
  }

  /** Returns the beginning of the next epoch. */
  Progress nextEpoch() {
    return new Progress(epoch + 1, 0, step);
  }

  /** Returns the progress one step later. */
  Progress after(long later) {
    return new Progress(epoch, later, step + 1, passed);
  }

  /** Returns the progress with where every process is, for one that was stopped. */
  Progress everywhere(List<Long> positions) {
    List<List<Long>> lists = new ArrayList<>(passed.subList(0, passed.size() - 1));
    lists.add(positions);
    return new Progress(epoch, position, step, lists);
  }

  /**
   * Returns where a process goes on.
   *
   * @param rank which process it is
   * @param ranks how many there are now
   */
  Progress of(int rank, int ranks) {
    List<Long> last = passed.get(passed.size() - 1);
    if (last.size() == ranks) {
      return new Progress(epoch, last.get(rank), step, passed);
    }
    List<List<Long>> lists = new ArrayList<>(passed);
    if (last.stream().allMatch(p -> p == 0)) {
      lists.remove(lists.size() - 1);
    }
    List<Long> now = new ArrayList<>();
    for (int r = 0; r < ranks; r++) {
      now.add(0L);
    }
    lists.add(now);
    return new Progress(epoch, 0, step, lists);
  }

  /** Returns what was passed with other numbers of processes before; empty when there was none. */
  List<List<Long>> before() {
    return passed.subList(0, passed.size() - 1);
  }

  /** Returns how many processes trained when this was saved. */
  public int ranks() {
    return passed.get(passed.size() - 1).size();
  }

  /** Returns a JSON object that {@link #of} reads. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("epoch", epoch);
    json.put("position", position);
    json.put("step", step);
    if (passed.size() > 1 || ranks() > 1) {
      json.put("passed", passed);
    }
    return json;
  }

  /**
   * Reads the progress from a JSON object.
   *
   * @param file its name, for messages
   * @throws InvalidFileException when a number is missing
   */
  static Progress of(String file, Map<String, Object> json) {
    ConfigReader reader = new ConfigReader("progress", json);
    for (String key : new String[] {"epoch", "position", "step"}) {
      if (!reader.has(key)) {
        throw new InvalidFileException(file, -1, "has no progress." + key);
      }
    }
    int epoch = reader.integer("epoch", 0);
    long position = (long) reader.number("position", 0);
    long step = (long) reader.number("step", 0);
    List<List<Long>> passed = new ArrayList<>();
    if (json.get("passed") instanceof List<?> lists) {
      for (Object list : lists) {
        List<Long> positions = new ArrayList<>();
        for (Object number : list instanceof List<?> numbers ? numbers : List.of()) {
          positions.add(number instanceof Number n ? n.longValue() : 0L);
        }
        if (positions.isEmpty()) {
          throw new InvalidFileException(file, -1, "has no numbers in progress.passed");
        }
        passed.add(positions);
      }
    }
    return passed.isEmpty()
        ? new Progress(epoch, position, step)
        : new Progress(epoch, position, step, passed);
  }
}
