package org.openclip.server.http;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts of what was answered, as Prometheus reads them. */
public final class Metrics {
  /** Upper bounds of the buckets of times, in seconds. */
  private static final double[] BOUNDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
  };

  private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
  private final Map<String, Times> times = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> inputs = new ConcurrentHashMap<>();

  /** How long the answers of one path took. */
  private static final class Times {
    private final AtomicLongArray buckets = new AtomicLongArray(BOUNDS.length + 1);
    private final LongAdder nanos = new LongAdder();

    void add(long duration) {
      int bucket = 0;
      while (bucket < BOUNDS.length && duration > BOUNDS[bucket] * 1e9) {
        bucket++;
      }
      buckets.incrementAndGet(bucket);
      nanos.add(duration);
    }
  }

  /** Creates counts of nothing. */
  public Metrics() {}

  void answered(String path, int status, long nanos) {
    String labels = "path=\"%s\",code=\"%s\"".formatted(path, status);
    requests.computeIfAbsent(labels, key -> new LongAdder()).increment();
    times.computeIfAbsent(path, key -> new Times()).add(nanos);
  }

  /**
   * Counts inputs that were embedded.
   *
   * @param kind such as {@code text}
   */
  public void embedded(String model, String kind, int count) {
    String labels = "model=\"%s\",kind=\"%s\"".formatted(escape(model), kind);
    inputs.computeIfAbsent(labels, key -> new LongAdder()).add(count);
  }

  /** Returns a value of a label as the format wants it. */
  public static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /**
   * Returns all counts as text.
   *
   * @param gauges the values of what is now, by name and labels
   */
  public String text(Map<String, Map<String, Long>> gauges) {
    StringBuilder text = new StringBuilder();
    counter(text, "openclip_requests_total", "Requests that were answered", requests);
    counter(text, "openclip_inputs_total", "Pictures and texts that were embedded", inputs);
    text.append("# HELP openclip_request_seconds How long answers took\n");
    text.append("# TYPE openclip_request_seconds histogram\n");
    new TreeMap<>(times).forEach((path, all) -> histogram(text, path, all));
    new TreeMap<>(gauges)
        .forEach(
            (name, values) -> {
              text.append("# TYPE ").append(name).append(" gauge\n");
              values.forEach((labels, value) -> line(text, name, labels, value));
            });
    text.append("# TYPE jvm_memory_used_bytes gauge\n");
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    line(text, "jvm_memory_used_bytes", "area=\"heap\"", heap);
    text.append("# TYPE process_start_time_seconds gauge\n");
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    text.append("process_start_time_seconds ")
        .append(String.format(Locale.ROOT, "%.3f", start / 1e3))
        .append('\n');
    return text.toString();
  }

  private static void counter(
      StringBuilder text, String name, String help, Map<String, LongAdder> values) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(" counter\n");
    new TreeMap<>(values).forEach((labels, value) -> line(text, name, labels, value.sum()));
  }

  private static void histogram(StringBuilder text, String path, Times all) {
    String name = "openclip_request_seconds";
    long count = 0;
    for (int i = 0; i <= BOUNDS.length; i++) {
      count += all.buckets.get(i);
      String bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
      line(text, name + "_bucket", "path=\"%s\",le=\"%s\"".formatted(path, bound), count);
    }
    text.append(name).append("_sum{path=\"").append(path).append("\"} ");
    text.append(all.nanos.sum() / 1e9).append('\n');
    line(text, name + "_count", "path=\"%s\"".formatted(path), count);
  }

  private static void line(StringBuilder text, String name, String labels, long value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }
}
