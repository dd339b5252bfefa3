package org.openclip.backend.onnx.runtime;

import java.util.HashMap;
import java.util.Map;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Processor;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Flops;
import org.openclip.api.graph.Graph;

/**
 * How many threads a program gets.
 *
 * <p>Whoever names a number gets it. Otherwise a graph that takes less than {@value #SMALL}
 * floating-point operations for one picture or text runs on one thread, and a larger one on all
 * cores. Measured on two cores (AMD Zen 5): 5 MFLOP (a short text of the model that comes with
 * OpenCLIP) take 0.13 ms on one thread and 0.20 ms, with three times the processor time, on two; 90
 * MFLOP (a picture of it) 0.96 and 0.83 ms, with 1.7 times; 254 MFLOP (a text of ViT-S-32-alt) 4.2
 * and 3.1 ms, with 1.4 times; 8.8 GFLOP (a picture of ViT-B/32) 76 and 43 ms, with 1.1 times.
 *
 * <p>It is the work for one picture or text that counts, not for a batch of them. A batch of 32
 * small pictures does run 1.5 times as fast on two threads, but decoding them takes longer, and the
 * other core is better used for that.
 *
 * @param most at most so many
 * @param chosen whether somebody has chosen that number, which then counts for every program
 */
public record Threads(int most, boolean chosen) {
  /** What one thread does within about 1.5 ms. */
  static final long SMALL = 125_000_000;

  /** The tokens of a usual text, and what other symbols stand for, such as patches, are more. */
  private static final long USUAL_LENGTH = 16;

  private static final long OTHER = 256;

  /** Returns what the options ask for. */
  public static Threads of(BackendOptions options) {
    return options.threads() > 0
        ? new Threads(options.threads(), true)
        : new Threads(Processor.physicalCores(), false);
  }

  /** Returns the threads of one program. */
  public int of(Graph graph) {
    return chosen || work(graph) >= SMALL ? most : 1;
  }

  /** Returns the floating-point operations for one picture or text of a usual length. */
  public static long work(Graph graph) {
    Map<String, Long> symbols = new HashMap<>();
    graph.inputs().stream()
        .flatMap(input -> input.shape().dims().stream())
        .filter(dim -> !dim.fixed())
        .forEach(dim -> symbols.putIfAbsent(dim.symbol(), usual(dim)));
    return Flops.of(graph, symbols);
  }

  private static long usual(Dim dim) {
    String symbol = dim.symbol();
    if (symbol.equals(Dim.BATCH.symbol())) {
      return 1;
    }
    return symbol.equals(Dim.LENGTH.symbol()) ? USUAL_LENGTH : OTHER;
  }

  /** Returns it in words. */
  @Override
  public String toString() {
    return chosen ? most + " threads" : "1 to " + most + " threads";
  }
}
