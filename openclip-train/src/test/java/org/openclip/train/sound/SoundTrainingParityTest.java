package org.openclip.train.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.openclip.train.sound.SoundRun.number;
import static org.openclip.train.sound.SoundRun.numbers;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.model.FreshWeights;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.Gathering;
import org.openclip.train.plan.SoundGraphs;
import org.openclip.train.plan.TowerGroups;
import org.openclip.train.plan.TrainingGraphs;

/** Several steps of training against the reference's own code in double precision. */
class SoundTrainingParityTest {
  private final PluginRegistry plugins = PluginRegistry.create();

  static List<SoundRun> runs() {
    return SoundRun.all().toList();
  }

  private TrainingPlan plan(SoundRun run, ClapArchitecture architecture) {
    SoundGraphs model = new SoundGraphs(architecture);
    LossProvider loss = plugins.named(LossProvider.class, "clip");
    TrainingGraphs graphs = model.of(loss, Gathering.ALONE, false);
    Set<String> idle = new HashSet<>(SoundGraphs.idle(architecture.audioGraph()));
    idle.addAll(SoundGraphs.idle(architecture.textGraph()));
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        new AdamW(run.option("beta1"), run.option("beta2"), run.option("eps")),
        DecayGroups.rules(
            architecture.parameters(),
            run.option("wd"),
            name -> false,
            idle::contains,
            run.decaysByLayer()
                ? TowerGroups.audio(architecture).rates(run.option("audio_layer_decay"))
                : Map.of()),
        Set.of(),
        Map.of("logit_scale", new TrainingPlan.Clamp(0, Math.log(100))),
        Double.POSITIVE_INFINITY,
        false);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void decayAndRatesAreTheReferences(SoundRun run) {
    TrainingPlan plan = plan(run, ClapArchitecture.of(run.config(), plugins));
    Map<String, Double> decays = new LinkedHashMap<>();
    Map<String, Double> rates = new LinkedHashMap<>();
    plan.rules()
        .forEach(
            (name, rule) -> {
              decays.put(name, rule.weightDecay());
              rates.put(name, rule.rate());
            });

    Map<String, Double> expected = numbers(run.json().get("weight_decay_of"));
    expected.keySet().removeAll((List<?>) run.json().get("without_gradient"));
    assertThat(decays).containsExactlyInAnyOrderEntriesOf(expected);
    if (run.decaysByLayer()) {
      numbers(run.json().get("lr_scale_of"))
          .forEach((name, scale) -> assertThat(rates.get(name)).as(name).isEqualTo(scale));
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void stepsAreTheReferences(SoundRun run) {
    ClapArchitecture architecture = ClapArchitecture.of(run.config(), plugins);
    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    try (Backend backend = provider.open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1));
        Weights weights = FreshWeights.hash(architecture.parameters()).toWeights();
        Trainer trainer = backend.train(plan(run, architecture), weights)) {
      for (int i = 0; i < run.steps().size(); i++) {
        Map<String, Object> step = run.steps().get(i);
        List<Map<String, Tensor>> batch = List.of(run.batch(architecture, i));
        StepOptions options = new StepOptions(i + 1L, number(step.get("lr")), 0);
        if (i == 0) {
          compareGradients(trainer.gradients(batch, options), run.lengths(step.get("gradients")));
        }

        StepReport report = trainer.step(batch, options);

        double loss = numbers(step.get("losses")).get("loss");
        assertThat(report.loss()).as("step %s", i).isCloseTo(loss, within(1e-5 * loss));
        assertThat((double) trainer.weights().get("logit_scale").toFloats()[0])
            .isCloseTo(number(step.get("logit_scale")), within(1e-5));
      }
      Weights end = trainer.weights();
      run.lengths(run.json().get("final"))
          .forEach(
              (name, length) ->
                  assertThat(length(end.get(name)))
                      .as("final %s", name)
                      .isCloseTo(length, within(1e-3 * length + 1e-9)));
    }
  }

  private static void compareGradients(Map<String, Tensor> actual, Map<String, Double> expected) {
    assertThat(actual).containsOnlyKeys(expected.keySet());
    double largest = expected.values().stream().mapToDouble(l -> l).max().orElseThrow();
    expected.forEach(
        (name, length) ->
            assertThat(length(actual.get(name)))
                .as("gradient of %s", name)
                .isCloseTo(length, within(1e-4 * length + 1e-6 * largest)));
  }

  private static double length(Tensor tensor) {
    double square = 0;
    if (tensor.type() == DataType.INT64) {
      for (long x : tensor.toLongs()) {
        square += (double) x * x;
      }
    } else {
      for (float x : tensor.toFloats()) {
        square += (double) x * x;
      }
    }
    return Math.sqrt(square);
  }
}
