package org.openclip.train.distributed;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the first process knows of another one, or of itself. */
final class Seat {
  final int rank;
  final String host;
  final String address;
  final int port;
  final Line line;
  Map<String, String> facts;
  @Nullable Map<String, String> asked;
  Map<String, String> tells = Map.of();
  volatile long seen = System.nanoTime();
  volatile long at;
  volatile boolean done;

  Seat(int rank, Map<String, Object> hello, Line line) {
    this.rank = rank;
    this.host = hello.get("host") + " (process " + hello.get("pid") + ")";
    this.address = String.valueOf(hello.get("address"));
    this.port = hello.get("port") instanceof Number number ? number.intValue() : 0;
    this.line = line;
    this.facts = facts(hello);
  }

  /** Returns what must be the same everywhere. */
  static Map<String, String> facts(Map<String, Object> message) {
    return map(message.get("facts"));
  }

  /** Returns texts by name. */
  static Map<String, String> map(@Nullable Object json) {
    Map<String, String> texts = new TreeMap<>();
    if (json instanceof Map<?, ?> map) {
      map.forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
    }
    return texts;
  }

  /** Returns rank and host, as messages name them. */
  @Override
  public String toString() {
    return "rank " + rank + " on " + host;
  }
}
