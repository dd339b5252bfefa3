package org.openclip.train.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.backend.Precision;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

/**
 * Measures a training step in float32 and in bfloat16 beside its matrix products alone, in turns in
 * one process, and prints medians and ratios.
 */
public final class StepComparison {
  private static final int WARM = 3;

  private final int batch = Integer.getInteger("openclip.batch", 16);
  private final int threads = Integer.getInteger("openclip.threads", 2);
  private final int rounds = Integer.getInteger("openclip.rounds", 5);
  private final PrintStream out = System.out;
  private final Times times = new Times();

  private StepComparison() {}

  /** Runs all; the settings are system properties. */
  public static void main(String[] arguments) {
    new StepComparison().run();
  }

  private void run() {
    Clip63 model = new Clip63();
    List<Product> products = Product.ofStep(batch);
    try (OpenClipStep single = new OpenClipStep(model, Precision.FLOAT32, batch, threads);
        OpenClipStep half = new OpenClipStep(model, Precision.BFLOAT16, batch, threads);
        PyTorchStep peer = new PyTorchStep(model, batch);
        StepProducts singles = new StepProducts(products, TFloat32.class);
        StepProducts halves = new StepProducts(products, TBfloat16.class)) {
      compare(single.gradients(), peer.gradients());
      for (int i = 0; i < WARM; i++) {
        compare(i, single.run(), peer.run());
        half.run();
      }
      for (int round = 0; round < rounds; round++) {
        times.measure("float32", single::run);
        singles.measure();
        times.measure("libtorch", peer::run);
        times.measure("bfloat16", half::run);
        halves.measure();
      }
      double operations = products.stream().mapToDouble(p -> p.operations() * p.count()).sum();
      say(String.format(Locale.ROOT, "matrix products of a step: %.1f GFLOP", operations / 1e9));
      tell("float32", operations, singles);
      tell("bfloat16", operations, halves);
      say(
          String.format(
              Locale.ROOT,
              "libtorch, float32: step %.0f ms; as many times the one in float32: %.2f",
              1e3 * times.median("libtorch"),
              times.median("libtorch") / times.median("float32")));
      say(
          String.format(
              Locale.ROOT,
              "float32 / bfloat16: %.2f",
              times.median("float32") / times.median("bfloat16")));
    }
  }

  /** Makes sure that the peer computes the same. */
  private static void compare(Map<String, Double> ours, Map<String, Double> theirs) {
    if (!ours.keySet().equals(theirs.keySet())) {
      throw new IllegalStateException("gradients of " + ours.keySet() + ", not " + theirs.keySet());
    }
    double largest = ours.values().stream().mapToDouble(v -> v).max().orElseThrow();
    ours.forEach(
        (name, length) -> {
          double other = Objects.requireNonNull(theirs.get(name));
          if (Math.abs(length - other) > 1e-3 * length + 1e-6 * largest) {
            throw new IllegalStateException(
                "the gradient of %s has the length %s, libtorch's %s"
                    .formatted(name, length, other));
          }
        });
  }

  private void compare(int step, double ours, double theirs) {
    say(String.format(Locale.ROOT, "step %d: loss %.6f, libtorch %.6f", step + 1, ours, theirs));
    if (!(Math.abs(ours - theirs) < 1e-3 * ours)) {
      throw new IllegalStateException("the losses differ");
    }
  }

  private void tell(String type, double operations, StepProducts products) {
    double step = times.median(type);
    double alone = products.seconds();
    say(
        String.format(
            Locale.ROOT,
            "%s: step %.0f ms, %.1f GFLOP/s; products alone %.0f ms, %.1f GFLOP/s; share %.0f%%",
            type,
            1e3 * step,
            operations / step / 1e9,
            1e3 * alone,
            operations / alone / 1e9,
            100 * alone / step));
    products.lines().forEach(line -> say("  " + line));
  }

  private void say(String line) {
    out.println(line);
  }
}
