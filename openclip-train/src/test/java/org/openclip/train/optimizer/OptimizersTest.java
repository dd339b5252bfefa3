package org.openclip.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.OptimizerProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;

/** The optimizers that are chosen by name, against a reference in double precision. */
class OptimizersTest {
  private static final BackendOptions CPU = new BackendOptions(Device.CPU, Precision.FLOAT32, 1);
  private static final PluginRegistry PLUGINS = PluginRegistry.create();
  private static final int STEPS = 12;
  private static final double[][] INPUTS = {{1, -2}, {0.5, 3}, {-1.5, 0.25}};
  private static final double[][] TARGETS = {{0.3, -1, 2}, {1, 0.5, -0.7}, {-2, 0.1, 0.4}};
  private static final double[] START = {0.8, -0.4, 0.3, 0.9, -1.2, 0.05};
  private static final UpdateRule RULE = new UpdateRule(0.5, 0.3);

  /**
   * One step of one number, as the papers tell it; {@code kept} is what stays from step to step.
   */
  interface Rule {
    double move(double p, double g, double[] kept, int step, double rate, double decay);
  }

  record Case(String label, String name, Map<String, Double> options, Rule rule) {
    @Override
    public String toString() {
      return label;
    }
  }

  private static Rule adamW(double beta1, double beta2, double epsilon) {
    return (p, g, kept, step, rate, decay) -> {
      kept[0] = beta1 * kept[0] + (1 - beta1) * g;
      kept[1] = beta2 * kept[1] + (1 - beta2) * g * g;
      double first = kept[0] / (1 - Math.pow(beta1, step));
      double second = kept[1] / (1 - Math.pow(beta2, step));
      return p - rate * decay * p - rate * first / (Math.sqrt(second) + epsilon);
    };
  }

  private static Rule nadamW(double beta1, double beta2, double epsilon) {
    return (p, g, kept, step, rate, decay) -> {
      double share = beta1 * (1 - 0.5 * Math.pow(0.96, step * 4e-3));
      double next = beta1 * (1 - 0.5 * Math.pow(0.96, (step + 1) * 4e-3));
      kept[0] = beta1 * kept[0] + (1 - beta1) * g;
      kept[1] = beta2 * kept[1] + (1 - beta2) * g * g;
      kept[2] = (step == 1 ? 1 : kept[2]) * share;
      double divisor = Math.sqrt(kept[1] / (1 - Math.pow(beta2, step))) + epsilon;
      double moved = p * (1 - rate * decay);
      moved -= rate * (1 - share) / (1 - kept[2]) * g / divisor;
      return moved - rate * next / (1 - kept[2] * next) * kept[0] / divisor;
    };
  }

  private static Rule lion(double beta1, double beta2) {
    return (p, g, kept, step, rate, decay) -> {
      double direction = Math.signum(beta1 * kept[0] + (1 - beta1) * g);
      kept[0] = beta2 * kept[0] + (1 - beta2) * g;
      return p - rate * (direction + decay * p);
    };
  }

  private static Rule sgd(double momentum, boolean nesterov, boolean decoupled) {
    return (p, g, kept, step, rate, decay) -> {
      double slope = decoupled ? g : g + decay * p;
      kept[0] = momentum * kept[0] + slope;
      double direction = nesterov ? slope + momentum * kept[0] : kept[0];
      return p - rate * direction - (decoupled ? rate * decay * p : 0);
    };
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("adamw", "adamw", Map.of("beta2", 0.98, "eps", 1e-6), adamW(0.9, 0.98, 1e-6)),
        new Case("nadamw", "nadamw", Map.of("beta2", 0.98), nadamW(0.9, 0.98, 1e-8)),
        new Case("lion", "lion", Map.of(), lion(0.9, 0.99)),
        new Case("lion, other betas", "lion", Map.of("beta1", 0.5, "beta2", 0.7), lion(0.5, 0.7)),
        new Case("sgd", "sgd", Map.of(), sgd(0.9, false, false)),
        new Case("plain sgd", "sgd", Map.of("momentum", 0.0), sgd(0, false, false)),
        new Case("nesterov", "sgd", Map.of("nesterov", 1.0), sgd(0.9, true, false)),
        new Case(
            "sgdw",
            "sgd",
            Map.of("momentum", 0.8, "nesterov", 1.0, "decoupled", 1.0),
            sgd(0.8, true, true)));
  }

  /** Half the squared distance of {@code W x} from a target, in the mean. */
  private static TrainingPlan plan(Case given) {
    GraphBuilder tower = new GraphBuilder("tower");
    Value x = tower.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(2));
    tower.output("y", tower.linear(x, tower.parameter("w", Initializer.ZEROS, 3, 2), null));
    Graph written = tower.build();
    GraphBuilder g = new GraphBuilder("objective");
    Value y = g.input("y", DataType.FLOAT32, Dim.BATCH, Dim.of(3));
    Value target = g.input("target", DataType.FLOAT32, Dim.BATCH, Dim.of(3));
    Value off = g.minus(y, target);
    Value each = g.reduce(g.times(off, off), Reduction.SUM, 1);
    g.output(TrainingPlan.LOSS, g.times(g.reduce(each, Reduction.MEAN, 0), g.constant(0.5)));
    return TrainingPlan.of(
        List.of(written),
        g.build(),
        PLUGINS.named(OptimizerProvider.class, given.name()).create(given.options()),
        Map.of("w", RULE));
  }

  private static Map<String, Tensor> batch() {
    return Map.of("x", rows(INPUTS), "target", rows(TARGETS));
  }

  private static Tensor rows(double[][] rows) {
    float[] values = new float[rows.length * rows[0].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    return Tensor.of(values, rows.length, rows[0].length);
  }

  private static StepOptions options(int step) {
    return new StepOptions(step, rate(step), 0);
  }

  private static double rate(int step) {
    return 0.02 * (1 - 0.03 * step);
  }

  private static Weights start() {
    float[] values = new float[START.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) START[i];
    }
    return Weights.of(Map.of("w", Tensor.of(values, 3, 2)));
  }

  private static double[] gradient(double[] w) {
    double[] gradient = new double[w.length];
    for (int row = 0; row < INPUTS.length; row++) {
      for (int out = 0; out < 3; out++) {
        double y = w[2 * out] * INPUTS[row][0] + w[2 * out + 1] * INPUTS[row][1];
        for (int in = 0; in < 2; in++) {
          gradient[2 * out + in] += (y - TARGETS[row][out]) * INPUTS[row][in] / INPUTS.length;
        }
      }
    }
    return gradient;
  }

  private static Backend open() {
    return PLUGINS.first(BackendProvider.class, BackendProvider::trains).orElseThrow().open(CPU);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void takesTheStepsOfTheReference(Case given) {
    double[] w = START.clone();
    double[][] kept = new double[w.length][3];
    try (Backend backend = open();
        Trainer trainer = backend.train(plan(given), start())) {
      for (int step = 1; step <= STEPS; step++) {
        double[] gradient = gradient(w);
        for (int i = 0; i < w.length; i++) {
          w[i] =
              given
                  .rule()
                  .move(
                      w[i],
                      gradient[i],
                      kept[i],
                      step,
                      rate(step) * RULE.rate(),
                      RULE.weightDecay());
        }

        trainer.step(List.of(batch()), options(step));

        float[] actual = trainer.weights().get("w").toFloats();
        for (int i = 0; i < w.length; i++) {
          assertThat((double) actual[i])
              .as("w[%d] after step %d", i, step)
              .isCloseTo(w[i], within(2e-6));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void goesOnToTheBitWhereItWasSaved(Case given) {
    try (Backend backend = open();
        Trainer whole = backend.train(plan(given), start());
        Trainer first = backend.train(plan(given), start())) {
      for (int step = 1; step <= STEPS; step++) {
        whole.step(List.of(batch()), options(step));
        if (step <= STEPS / 2) {
          first.step(List.of(batch()), options(step));
        }
      }
      try (Trainer second = backend.train(plan(given), first.weights())) {
        second.restoreOptimizer(first.optimizerState());
        for (int step = STEPS / 2 + 1; step <= STEPS; step++) {
          second.step(List.of(batch()), options(step));
        }
        assertThat(bits(second.weights())).isEqualTo(bits(whole.weights()));
        assertThat(bits(second.optimizerState())).isEqualTo(bits(whole.optimizerState()));
      }
    }
  }

  private static Map<String, List<Float>> bits(Weights weights) {
    Map<String, List<Float>> bits = new LinkedHashMap<>();
    for (String name : weights.names()) {
      List<Float> values = new ArrayList<>();
      for (float value : weights.get(name).toFloats()) {
        values.add(value);
      }
      bits.put(name, values);
    }
    return bits;
  }

  @Test
  void wrongOptionsAreNamed() {
    OptimizerProvider sgd = PLUGINS.named(OptimizerProvider.class, "sgd");
    assertThatThrownBy(() -> sgd.create(Map.of("beta1", 0.9)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("sgd has no option beta1")
        .hasMessageContaining("momentum");
    assertThatThrownBy(() -> sgd.create(Map.of("nesterov", 0.5))).hasMessageContaining("0 or 1");
    assertThatThrownBy(() -> sgd.create(Map.of("momentum", 1.0))).hasMessageContaining("below 1");
    assertThatThrownBy(() -> sgd.create(Map.of("momentum", 0.0, "nesterov", 1.0)))
        .hasMessageContaining("above 0");
    OptimizerProvider lion = PLUGINS.named(OptimizerProvider.class, "lion");
    assertThatThrownBy(() -> lion.create(Map.of("beta2", -0.1))).hasMessageContaining("-0.1");
    assertThatThrownBy(() -> PLUGINS.named(OptimizerProvider.class, "lyon"))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("lion");
  }
}
