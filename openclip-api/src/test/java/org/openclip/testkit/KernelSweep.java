package org.openclip.testkit;

import java.io.PrintStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Graph;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;

/**
 * A program that runs {@link KernelCases} forth and back on a backend that trains. It says each
 * before it begins, so that the last one said is the one that ended the process.
 */
public final class KernelSweep {
  /** What the last line begins with. */
  public static final String DONE = "done: ";

  /** What the line of a case's results begins with. */
  public static final String RESULTS = "results of ";

  private final Backend backend;
  private final boolean rewritten;

  private KernelSweep(Backend backend, boolean rewritten) {
    this.backend = backend;
    this.rewritten = rewritten;
  }

  /**
   * Runs cases.
   *
   * @param arguments {@code PRECISION THREADS FIRST BEFORE}, such as {@code bf16 3 0 100}; every
   *     fourth case has its graph rewritten
   */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    Precision precision = Precision.parse(arguments[0]);
    int threads = Integer.parseInt(arguments[1]);
    long first = Long.parseLong(arguments[2]);
    long before = Long.parseLong(arguments[3]);
    Iterator<BackendProvider> providers = ServiceLoader.load(BackendProvider.class).iterator();
    BackendProvider provider = providers.next();
    while (!provider.trains()) {
      provider = providers.next();
    }
    try (Backend backend = provider.open(new BackendOptions(Device.CPU, precision, threads))) {
      LongStream.range(first, before)
          .forEach(
              number -> {
                GraphCase given = KernelCases.of(number);
                boolean rewritten = number % 4 == 3;
                out.println(number + (rewritten ? " rewritten " : " ") + given.name);
                out.flush();
                out.println(RESULTS + number + new KernelSweep(backend, rewritten).run(given));
              });
    }
    out.println(DONE + (before - first));
  }

  /** Returns {@code LENGTH ALONG} of each result, forth and then back. */
  private String run(GraphCase given) {
    StringBuilder text = new StringBuilder();
    Graph graph = given.build();
    try (Program program = backend.compile(graph, given.weights())) {
      text.append(summary(program.run(given.inputs())));
    }
    try (Trainer trainer = Squares.train(backend, graph, given.weights(), rewritten)) {
      text.append(summary(trainer.gradients(List.of(given.inputs()), new StepOptions(1, 0, 0))));
    }
    return text.toString();
  }

  /** Returns the length of each result, and what it is along a random direction. */
  private static String summary(Map<String, Tensor> results) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(results)
        .forEach(
            (name, tensor) -> {
              Random direction = new Random(tensor.toFloats().length);
              double square = 0;
              double along = 0;
              for (float x : tensor.toFloats()) {
                square += (double) x * x;
                along += direction.nextBoolean() ? x : -x;
              }
              text.append(' ').append(Math.sqrt(square)).append(' ').append(along);
            });
    return text.toString();
  }
}
