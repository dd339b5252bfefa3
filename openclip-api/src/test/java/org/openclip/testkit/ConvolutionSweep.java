package org.openclip.testkit;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;

/**
 * A program that compares convolutions of many numbers of channels, and their derivatives, on a
 * backend that trains with {@link ConvolutionLoops}. A process of its own, since the variables that
 * choose a native library's kernels are read once.
 */
public final class ConvolutionSweep {
  /** What the last line begins with. */
  public static final String DONE = "done: ";

  /** What the line of a result begins with whose error is above the bound. */
  public static final String WRONG = "wrong: ";

  private static final int[] SOME = {3, 5, 7, 33, 40, 48, 80, 112};
  private static final int[] MANY = {
    1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 32, 33, 40, 47, 48, 49, 63, 64, 65, 72, 80, 96, 112, 130
  };
  private static final int[] MADE = {1, 3, 16, 33, 80};

  private final Backend backend;
  private final String precision;
  private final boolean rewritten;
  private final double bound;
  private final PrintStream out = System.out;

  private ConvolutionSweep(Backend backend, String precision, boolean rewritten, double bound) {
    this.backend = backend;
    this.precision = precision;
    this.rewritten = rewritten;
    this.bound = bound;
  }

  /**
   * Compares.
   *
   * @param arguments {@code some} or {@code many} sizes, then pairs of a precision and the bound of
   *     the error's length, relative to the result's
   */
  public static void main(String[] arguments) {
    boolean many = arguments[0].equals("many");
    List<ConvolutionLoops> layers = many ? many() : some();
    Iterator<BackendProvider> providers = ServiceLoader.load(BackendProvider.class).iterator();
    BackendProvider provider = providers.next();
    while (!provider.trains()) {
      provider = providers.next();
    }
    for (int i = 1; i < arguments.length; i += 2) {
      Precision precision = Precision.parse(arguments[i]);
      double bound = Double.parseDouble(arguments[i + 1]);
      try (Backend backend = provider.open(new BackendOptions(Device.CPU, precision, 2))) {
        for (int number = 0; number < layers.size(); number++) {
          new ConvolutionSweep(backend, arguments[i], number % 3 == 2, bound)
              .compare(layers.get(number));
        }
      }
    }
    System.out.println(DONE + layers.size());
  }

  private static List<ConvolutionLoops> some() {
    List<ConvolutionLoops> layers = new ArrayList<>();
    for (int i = 0; i < SOME.length; i++) {
      for (int kernel : new int[] {1, 3}) {
        for (int stride : new int[] {1, 2}) {
          int made = SOME[(3 * i + kernel + stride) % SOME.length];
          layers.add(new ConvolutionLoops(2, SOME[i], made, 1, kernel, stride, 5));
        }
      }
    }
    for (int times : new int[] {1, 2, 3}) {
      for (int kernel : new int[] {1, 3}) {
        for (int stride : new int[] {1, 2}) {
          int in = SOME[(times + 2 * kernel + stride) % SOME.length];
          layers.add(new ConvolutionLoops(2, in, times * in, in, kernel, stride, 5));
        }
      }
    }
    layers.add(new ConvolutionLoops(2, 6, 10, 2, 3, 1, 5));
    layers.add(new ConvolutionLoops(2, 120, 99, 3, 1, 2, 5));
    return layers;
  }

  private static List<ConvolutionLoops> many() {
    List<ConvolutionLoops> layers = new ArrayList<>();
    for (int in : MANY) {
      for (int kernel : new int[] {1, 3}) {
        for (int stride : new int[] {1, 2}) {
          for (int made : MADE) {
            layers.add(new ConvolutionLoops(2, in, made, 1, kernel, stride, 6));
          }
          layers.add(new ConvolutionLoops(2, 2 * in, 2 * (in + 2), 2, kernel, stride, 6));
        }
      }
      for (int kernel : new int[] {1, 3, 5, 7}) {
        for (int stride : new int[] {1, 2, 3}) {
          for (int times = 1; times <= 3; times++) {
            layers.add(new ConvolutionLoops(2, in, times * in, in, kernel, stride, 9));
          }
        }
      }
    }
    return layers;
  }

  private void compare(ConvolutionLoops loops) {
    int size = loops.size();
    Pads pads = new Pads(loops.padding(), loops.padding(), loops.padding(), loops.padding());
    GraphCase given =
        GraphCase.of(
            loops.toString(),
            c -> {
              // What is added to all pictures has the sum of their derivatives.
              Value added = c.weight(loops.in(), size, size);
              Value filter =
                  c.weight(
                      loops.out(), loops.in() / loops.groups(), loops.kernel(), loops.kernel());
              return c.graph.add(
                  new NeuralOp.Convolution(
                      c.graph.plus(c.batch(loops.batch(), loops.in(), size, size), added),
                      filter,
                      c.weight(loops.out()),
                      loops.stride(),
                      loops.stride(),
                      pads,
                      loops.groups()));
            });
    Graph graph = given.build();
    double[] added = numbers(given.weights().get("weight0"));
    double[] filter = numbers(given.weights().get("weight1"));
    double[] bias = numbers(given.weights().get("weight2"));
    double[] picture = numbers(given.inputs().get("input0"));
    for (int i = 0; i < picture.length; i++) {
      picture[i] += added[i % added.length];
    }
    double[] result = loops.forward(picture, filter, bias);
    try (Program program = backend.compile(graph, given.weights())) {
      check(loops, "result", program.run(given.inputs()).get("result"), result);
    }
    // The objective is the squares' sum.
    double[] above = new double[result.length];
    for (int i = 0; i < above.length; i++) {
      above[i] = 2 * result[i];
    }
    double[] byPicture = loops.byPicture(above, filter);
    double[] byAdded = new double[added.length];
    for (int i = 0; i < byPicture.length; i++) {
      byAdded[i % added.length] += byPicture[i];
    }
    try (Trainer trainer = Squares.train(backend, graph, given.weights(), rewritten)) {
      Map<String, Tensor> gradients =
          trainer.gradients(List.of(given.inputs()), new StepOptions(1, 0, 0));
      check(loops, "derivative by the picture", gradients.get("weight0"), byAdded);
      check(
          loops,
          "derivative by the filter",
          gradients.get("weight1"),
          loops.byFilter(above, picture));
      // Sums of numbers of both signs may be near zero, their rounding is not.
      check(
          loops,
          "derivative by the bias",
          gradients.get("weight2"),
          loops.byBias(above),
          length(above));
    }
  }

  private static double[] numbers(Tensor tensor) {
    return Array.of(tensor).data().clone();
  }

  private void check(ConvolutionLoops loops, String what, Tensor actual, double[] expected) {
    check(loops, what, actual, expected, length(expected));
  }

  private void check(
      ConvolutionLoops loops, String what, Tensor actual, double[] expected, double scale) {
    double[] computed = numbers(actual);
    double error =
        length(
            IntStream.range(0, expected.length)
                .mapToDouble(i -> computed[i] - expected[i])
                .toArray());
    double relative = error / scale;
    // NaN is wrong, too.
    boolean right = computed.length == expected.length && relative <= bound;
    out.printf(
        Locale.ROOT,
        "%s%.2e in the %s of %s, %s%s%n",
        right ? "" : WRONG,
        relative,
        what,
        loops,
        precision,
        rewritten ? ", rewritten" : "");
  }

  private static double length(double[] values) {
    double square = 0;
    for (double x : values) {
      square += x * x;
    }
    return Math.sqrt(square);
  }
}
