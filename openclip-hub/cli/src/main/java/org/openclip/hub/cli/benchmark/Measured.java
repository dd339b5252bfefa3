package org.openclip.hub.cli.benchmark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of a benchmark.
 *
 * @param model its name
 * @param side what ran it: a backend and precision, or the peer
 * @param threads the number that was asked for; 0 for the default
 * @param items how many images or texts a call took
 * @param ratio the median of the first side divided by this one's: above 1 is faster than it; null
 *     when the first side did not do this
 * @param gflops the work of a call in billions of floating-point operations; 0 when unknown
 * @param peak billions of floating-point operations a second of a large matrix product on this
 *     side; 0 when unknown
 * @param memory by how many bytes the process grew with this model; 0 when unknown
 */
record Measured(
    String model,
    String side,
    int threads,
    Work work,
    int items,
    Timing timing,
    @Nullable Double ratio,
    double gflops,
    double peak,
    long memory) {
  /** Returns the share of the rate of a matrix product that this reaches; 0 when unknown. */
  double share() {
    return peak == 0 ? 0 : gflops / (timing.median() / 1000) / peak;
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model);
    json.put("side", side);
    json.put("threads", threads);
    json.put("work", work.toString());
    json.put("batch", items);
    json.put("calls", timing.milliseconds().size());
    json.put("p50_ms", timing.median());
    json.put("p95_ms", timing.quantile(0.95));
    json.put("per_second", timing.perSecond(items));
    json.put("ratio", ratio);
    json.put("gflops", gflops == 0 ? null : gflops);
    json.put("peak_gflops_per_second", peak == 0 ? null : peak);
    json.put("share_of_peak", share() == 0 ? null : share());
    json.put("memory_bytes", memory == 0 ? null : memory);
    return json;
  }
}
