package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.FreshWeights;
import org.openclip.train.plan.TrainingGraphs;

/**
 * The runs that trainings are compared with are well-conditioned: weights that are changed in their
 * last digits before every step, as other kernels round, move no loss by more than the comparison
 * permits. A run that fails here says nothing about a backend; it needs a lower rate or a larger
 * batch.
 */
@Tag("full")
@Tag("golden-training")
class PerturbedTrainingTest {
  private static final double PERTURBATION = 3e-7;
  private static final int SEEDS = 2;

  @TestFactory
  Stream<DynamicTest> lossesMoveLessThanTheirTolerance(TestReporter reporter) {
    return GoldenRun.all()
        .map(
            run ->
                DynamicTest.dynamicTest(
                    run.name(),
                    () ->
                        check(
                            run, Precision.FLOAT32, GoldenTrainingTest.LOSS_TOLERANCE, reporter)));
  }

  @TestFactory
  Stream<DynamicTest> narrowLossesMoveLessThanTheirTolerance(TestReporter reporter) {
    return GoldenRun.all()
        .filter(run -> run.task().equals("clip"))
        .map(
            run ->
                DynamicTest.dynamicTest(
                    run.name(),
                    () ->
                        check(
                            run,
                            Precision.BFLOAT16,
                            GoldenTrainingTest.narrowTolerance(run),
                            reporter)));
  }

  private static void check(
      GoldenRun run, Precision precision, double tolerance, TestReporter reporter) {
    List<Double> plain = losses(run, precision, 0);
    double worst = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      List<Double> perturbed = losses(run, precision, seed);
      for (int step = 0; step < plain.size(); step++) {
        double moved = Math.abs(perturbed.get(step) / plain.get(step) - 1);
        worst = moved <= worst ? worst : moved; // NaN stays.
      }
    }
    reporter.publishEntry(
        run.name() + " " + precision,
        String.format(Locale.ROOT, "moves by %.1e of %.0e", worst, tolerance));
    assertThat(worst).as("how far a perturbation moves a loss").isLessThan(tolerance);
  }

  /**
   * Trains a run.
   *
   * @param seed of the perturbations; 0 for none
   */
  private static List<Double> losses(GoldenRun run, Precision precision, int seed) {
    PluginRegistry plugins = PluginRegistry.create();
    Architecture architecture = Architecture.of(run.config(), plugins);
    TrainingGraphs graphs = run.graphs(architecture, plugins, 0);
    TrainingPlan plan = run.plan(architecture, graphs);
    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    Random random = new Random(seed);
    List<Double> losses = new ArrayList<>();
    try (Backend backend = provider.open(new BackendOptions(Device.CPU, precision, 2));
        Weights weights = FreshWeights.hash(architecture).toWeights()) {
      Trainer trainer = backend.train(plan, weights);
      try {
        for (int step = 0; step < run.steps().size(); step++) {
          if (seed != 0) {
            Weights moments = trainer.optimizerState();
            Weights perturbed = perturbed(trainer.weights(), random);
            trainer.close();
            trainer = backend.train(plan, perturbed);
            trainer.restoreOptimizer(moments);
          }
          GoldenRun.Step given = run.steps().get(step);
          Map<String, Tensor> batch = new HashMap<>();
          batch.put(Architecture.PIXELS, run.picture(step));
          batch.put(Architecture.TOKENS, given.tokens());
          if (run.task().equals("distill")) {
            GoldenTrainingTest.teach(batch, backend, graphs, run.teacher(architecture, weights));
          }
          losses.add(
              trainer.step(List.of(batch), new StepOptions(step + 1L, given.rate(), 0)).loss());
        }
      } finally {
        trainer.close();
      }
    }
    return losses;
  }

  private static Weights perturbed(Weights weights, Random random) {
    Map<String, Tensor> changed = new LinkedHashMap<>();
    for (String name : weights.names()) {
      Tensor tensor = weights.get(name);
      if (tensor.type() == DataType.FLOAT32) {
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
          values[i] *= (float) (1 + PERTURBATION * random.nextGaussian());
        }
        tensor = Tensor.of(values, tensor.shape());
      }
      changed.put(name, tensor);
    }
    return Weights.of(changed);
  }
}
