package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.NeuralOp.Pads;

class ConvolutionLoopsTest {
  @ParameterizedTest
  @CsvSource({
    "3, 4, 1, 3, 2, 5",
    "6, 4, 2, 3, 1, 4",
    "3, 6, 3, 1, 2, 4",
    "4, 4, 4, 5, 2, 6",
    "2, 3, 1, 1, 1, 3"
  })
  void agreeWithTheInterpreterAndWithDifferences(
      int in, int out, int groups, int kernel, int stride, int size) {
    ConvolutionLoops loops = new ConvolutionLoops(2, in, out, groups, kernel, stride, size);
    Random random = new Random(3);
    double[] picture = random.doubles(2L * in * size * size).toArray();
    double[] filter = random.doubles((long) out * (in / groups) * kernel * kernel).toArray();
    double[] bias = random.doubles(out).toArray();
    GraphCase given =
        GraphCase.of(
            loops.toString(),
            c ->
                c.graph.add(
                    new NeuralOp.Convolution(
                        c.batch(2, in, size, size),
                        c.weight(out, in / groups, kernel, kernel),
                        c.weight(out),
                        stride,
                        stride,
                        new Pads(kernel / 2, kernel / 2, kernel / 2, kernel / 2),
                        groups)));
    Graph graph = given.build();

    double[] expected =
        Interpreter.run(graph, given.weights(), given.inputs()).get("result").data();
    assertThat(
            loops.forward(
                Array.of(given.inputs().get("input0")).data(),
                Array.of(given.weights().get("weight0")).data(),
                Array.of(given.weights().get("weight1")).data()))
        .containsExactly(expected, within(1e-12));

    double[] above = random.doubles(2L * out * loops.windows() * loops.windows()).toArray();
    double[] byPicture = loops.byPicture(above, filter);
    double[] byFilter = loops.byFilter(above, picture);
    double[] byBias = loops.byBias(above);
    // What is linear grows by the derivative for each element that grows by one.
    double before = along(above, loops.forward(picture, filter, bias));
    assertThat(byPicture)
        .containsExactly(
            grown(picture, x -> along(above, loops.forward(x, filter, bias)) - before),
            within(1e-9));
    assertThat(byFilter)
        .containsExactly(
            grown(filter, x -> along(above, loops.forward(picture, x, bias)) - before),
            within(1e-9));
    assertThat(byBias)
        .containsExactly(
            grown(bias, x -> along(above, loops.forward(picture, filter, x)) - before),
            within(1e-9));
  }

  private static double along(double[] above, double[] result) {
    double sum = 0;
    for (int i = 0; i < result.length; i++) {
      sum += above[i] * result[i];
    }
    return sum;
  }

  private interface Growth {
    double of(double[] values);
  }

  private static double[] grown(double[] values, Growth growth) {
    double[] all = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double[] more = values.clone();
      more[i]++;
      all[i] = growth.of(more);
    }
    return all;
  }
}
