package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.model.FreshWeights;
import org.openclip.train.plan.ShortTexts;
import org.openclip.train.plan.TrainingGraphs;

/** Eight steps of each kind of training, number for number. */
@Tag("golden-training")
class GoldenTrainingTest {
  private static final BackendOptions CPU = new BackendOptions(Device.CPU, Precision.FLOAT32, 2);
  private static final BackendOptions NARROW =
      new BackendOptions(Device.CPU, Precision.BFLOAT16, 2);
  private static final double NARROW_TOLERANCE = 0.02;
  static final double LOSS_TOLERANCE = 1e-5;
  private static final double GRADIENT_TOLERANCE = 1e-4;
  private static final double FINAL_TOLERANCE = 1e-3;

  @TestFactory
  Stream<DynamicTest> everyRunTakesTheReferencesSteps() {
    return GoldenRun.all().map(run -> DynamicTest.dynamicTest(run.name(), () -> compare(run)));
  }

  /**
   * Narrow numbers have two digits and a half. Twenty batch norms over six pictures of noise
   * amplify what they lose.
   */
  @TestFactory
  Stream<DynamicTest> narrowNumbersStayClose() {
    return GoldenRun.all()
        .filter(run -> run.task().equals("clip"))
        .map(run -> DynamicTest.dynamicTest(run.name(), () -> compareNarrow(run)));
  }

  /** Returns how close the losses of a run come in narrow numbers. */
  static double narrowTolerance(GoldenRun run) {
    boolean normed = run.end().keySet().stream().anyMatch(name -> name.contains("running_"));
    return normed ? 5 * NARROW_TOLERANCE : NARROW_TOLERANCE;
  }

  private static void compareNarrow(GoldenRun run) {
    PluginRegistry plugins = PluginRegistry.create();
    Architecture architecture = Architecture.of(run.config(), plugins);
    LossProvider loss = plugins.named(LossProvider.class, run.task());
    TrainingPlan plan =
        run.plan(architecture, plugins, TrainingGraphs.of(architecture, loss, Map.of(), 0), 0);
    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    double tolerance = narrowTolerance(run);
    try (Backend backend = provider.open(NARROW);
        Weights weights = FreshWeights.hash(architecture).toWeights();
        Trainer trainer = backend.train(plan, weights)) {
      for (int step = 0; step < run.steps().size(); step++) {
        GoldenRun.Step expected = run.steps().get(step);
        Map<String, Tensor> batch =
            Map.of(Architecture.PIXELS, run.picture(step), Architecture.TOKENS, expected.tokens());

        StepReport report =
            trainer.step(List.of(batch), new StepOptions(step + 1L, expected.rate(), 0));

        double wanted = get(expected.losses(), "loss");
        assertThat(report.loss())
            .as("loss of step %d", step + 1)
            .isCloseTo(wanted, within(tolerance * wanted));
      }
      Weights end = trainer.weights();
      run.end().keySet().stream()
          .filter(name -> name.contains("running_"))
          .forEach(
              name -> {
                double wanted = get(run.end(), name).l2();
                assertThat(GoldenRun.Summary.of(end.get(name)).l2())
                    .as(name)
                    .isCloseTo(wanted, within(tolerance * wanted));
              });
    }
  }

  private static void compare(GoldenRun run) {
    PluginRegistry plugins = PluginRegistry.create();
    Architecture architecture = Architecture.of(run.config(), plugins);
    boolean distill = run.task().equals("distill");
    TrainingGraphs graphs = run.graphs(architecture, plugins, 0);
    TrainingPlan plan = run.plan(architecture, plugins, graphs, 0);
    Map<String, Double> decays = new LinkedHashMap<>();
    plan.rules().forEach((name, rule) -> decays.put(name, rule.weightDecay()));
    assertThat(decays).containsExactlyInAnyOrderEntriesOf(run.weightDecays());

    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    try (Backend backend = provider.open(CPU);
        Weights weights = FreshWeights.hash(architecture).toWeights();
        Trainer trainer = backend.train(plan, weights)) {
      for (int step = 0; step < run.steps().size(); step++) {
        GoldenRun.Step expected = run.steps().get(step);
        Map<String, Tensor> batch = new HashMap<>();
        batch.put(Architecture.PIXELS, run.picture(step));
        batch.put(Architecture.TOKENS, expected.tokens());
        if (step % 2 == 1) {
          batch.put(Architecture.TOKENS, ShortTexts.cut(architecture, expected.tokens()));
        }
        if (distill) {
          teach(batch, backend, graphs, run.teacher(architecture, weights));
        }
        StepOptions options = new StepOptions(step + 1L, expected.rate(), 0);
        if (step == 0) {
          compareGradients(trainer.gradients(List.of(batch), options), expected.gradients());
        }

        StepReport report = trainer.step(List.of(batch), options);

        expected
            .losses()
            .forEach(
                (name, loss) ->
                    assertThat(report.scalars().get(name))
                        .as("%s of step %d", name, options.step())
                        .isCloseTo(loss, within(LOSS_TOLERANCE * Math.abs(loss))));
        assertThat((double) trainer.weights().get("logit_scale").toFloats()[0])
            .isCloseTo(expected.logitScale(), within(1e-5));
      }
      compareFinal(trainer.weights(), run);
    }
  }

  static void teach(
      Map<String, Tensor> batch, Backend backend, TrainingGraphs graphs, Weights teacher) {
    try (Program image = backend.compile(graphs.image(), teacher);
        Program text = backend.compile(graphs.text(), teacher)) {
      Map<String, Tensor> features = new HashMap<>();
      features.putAll(image.run(Map.of(Architecture.PIXELS, get(batch, Architecture.PIXELS))));
      features.putAll(text.run(Map.of(Architecture.TOKENS, get(batch, Architecture.TOKENS))));
      features.forEach((name, t) -> batch.put(LossProvider.TEACHER + name, t));
      double scale = Math.exp(teacher.get("logit_scale").toFloats()[0]);
      batch.put(
          LossProvider.TEACHER + LossProvider.LOGIT_SCALE,
          Tensor.of(new float[] {(float) scale}, 1));
    }
  }

  private static <T> T get(Map<String, T> values, String name) {
    T value = values.get(name);
    assertThat(value).as(name).isNotNull();
    return value;
  }

  private static void compareGradients(
      Map<String, Tensor> actual, Map<String, GoldenRun.Summary> expected) {
    assertThat(actual).containsOnlyKeys(expected.keySet());
    double largest =
        expected.values().stream().mapToDouble(GoldenRun.Summary::l2).max().orElseThrow();
    expected.forEach(
        (name, summary) ->
            assertThat(GoldenRun.Summary.of(get(actual, name)).l2())
                .as("gradient of %s", name)
                .isCloseTo(
                    summary.l2(), within(GRADIENT_TOLERANCE * summary.l2() + 1e-6 * largest)));
  }

  private static void compareFinal(Weights actual, GoldenRun run) {
    assertThat(actual.names()).containsExactlyInAnyOrderElementsOf(run.end().keySet());
    run.end()
        .forEach(
            (name, summary) ->
                assertThat(GoldenRun.Summary.of(actual.get(name)).l2())
                    .as("final %s", name)
                    .isCloseTo(summary.l2(), within(FINAL_TOLERANCE * summary.l2() + 1e-9)));
  }
}
