package org.openclip.train.generative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.audio.AudioPatches;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.model.FreshWeights;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.Recipe;
import org.openclip.train.plan.DecayGroups;

/** Steps of the training of GenLIP and GenLAP are those that the reference's own code took. */
class GenerativeStepsTest {
  private static final BackendOptions CPU = new BackendOptions(Device.CPU, Precision.FLOAT32, 2);
  private static final int MOST = 16;
  private static final int CONTEXT = 8;
  private static final double LOSS_TOLERANCE = 1e-5;
  private static final double GRADIENT_TOLERANCE = 1e-4;
  private static final double FINAL_TOLERANCE = 1e-3;

  private static Map<String, Object> map(Object json) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(json)).forEach((k, v) -> map.put((String) k, v));
    return map;
  }

  private static double number(Map<String, Object> json, String name) {
    return ((Number) Objects.requireNonNull(json.get(name), name)).doubleValue();
  }

  private static List<?> list(Object json) {
    return (List<?>) Objects.requireNonNull(json);
  }

  private static int integer(Object json) {
    return ((Number) Objects.requireNonNull(json)).intValue();
  }

  /**
   * Returns the inputs of a step, as they come from the loader.
   *
   * @param numbers of a patch
   */
  private static Map<String, Tensor> batch(
      String run, int step, Map<String, Object> json, int numbers, int pad) {
    List<?> texts = list(json.get("tokens"));
    List<AudioPatches> patches = new ArrayList<>();
    long[] ids = new long[texts.size() * CONTEXT];
    Arrays.fill(ids, pad);
    for (int row = 0; row < texts.size(); row++) {
      List<?> grid = list(list(json.get("grids")).get(row));
      int rows = integer(grid.get(0));
      int columns = integer(grid.get(1));
      float[] values = new float[rows * columns * numbers];
      long hash = Recipe.fnv1a("patches:%s:%s:%s".formatted(run, step, row));
      for (int i = 0; i < values.length; i++) {
        values[i] = Recipe.uniform(hash, i);
      }
      patches.add(new AudioPatches(rows, columns, values));
      List<?> text = list(texts.get(row));
      for (int i = 0; i < text.size(); i++) {
        ids[row * CONTEXT + i] = integer(text.get(i));
      }
    }
    // Patches of images are the same inputs.
    Map<String, Tensor> batch = new LinkedHashMap<>(PatchInputs.of(patches, MOST));
    batch.put(Architecture.TOKENS, Tensor.of(ids, texts.size(), CONTEXT));
    return batch;
  }

  private static double l2(Tensor tensor) {
    double sum = 0;
    for (float x : tensor.toFloats()) {
      sum += (double) x * x;
    }
    return Math.sqrt(sum);
  }

  /** In genlip-blocks, images fill their places, so that both layouts of the reference are one. */
  @ParameterizedTest
  @CsvSource({
    "genlip, false",
    "genlip-plain, false",
    "genlip-blocks, false",
    "genlip, true",
    "genlap, false",
    "genlap-plain, false"
  })
  void lossesGradientsAndWeightsAreThoseOfTheReference(String name, boolean checkpointing)
      throws IOException {
    Map<String, Object> json =
        map(
            JSON.std.anyFrom(
                Files.readAllBytes(Fixtures.path("generative-training").resolve(name + ".json"))));
    Map<String, Object> given = map(json.get("case"));
    int pad = (int) number(given, "pad_id");
    PluginRegistry plugins = PluginRegistry.create();
    GenerativeArchitecture architecture =
        GenerativeArchitecture.of(map(json.get("model_cfg")), plugins).orElseThrow();
    int numbers = architecture.encoder().prefix().numbers();
    CaptionGraphs graphs = CaptionGraphs.of(architecture, pad, false);
    TrainingPlan plan =
        new TrainingPlan(
            graphs.towers(),
            graphs.objective(),
            new AdamW(number(given, "beta1"), number(given, "beta2"), number(given, "eps")),
            DecayGroups.rules(graphs.trained(), number(given, "wd"), parameter -> false),
            Set.of(),
            Map.of(),
            given.get("clip") == null ? Double.POSITIVE_INFINITY : number(given, "clip"),
            checkpointing);
    Map<String, Object> gradients = map(json.get("gradients"));
    Map<String, Object> decays = map(json.get("weight_decay_of"));
    assertThat(plan.rules().keySet()).isEqualTo(gradients.keySet());
    plan.rules()
        .forEach(
            (parameter, rule) ->
                assertThat(rule.weightDecay()).as(parameter).isEqualTo(number(decays, parameter)));
    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    PackedTexts fitting = new PackedTexts(pad);
    try (Backend backend = provider.open(CPU);
        Weights weights = FreshWeights.hash(architecture.parameters()).toWeights();
        Trainer trainer = backend.train(plan, weights)) {
      List<?> steps = list(json.get("steps"));
      for (int step = 0; step < steps.size(); step++) {
        Map<String, Object> expected = map(steps.get(step));
        Map<String, Tensor> batch = fitting.of(batch(name, step, expected, numbers, pad));
        StepOptions options = new StepOptions(step + 1L, number(expected, "lr"), 0);
        if (step == 0) {
          assertGradients(trainer.gradients(List.of(batch), options), gradients);
        }
        double loss = number(expected, "loss");
        assertThat(trainer.step(List.of(batch), options).loss())
            .as("loss of step %s", step)
            .isCloseTo(loss, within(LOSS_TOLERANCE * loss));
      }
      Map<String, Object> evaluation = map(json.get("evaluation"));
      double loss = number(evaluation, "loss");
      assertThat(
              CaptionValidation.loss(
                  trainer, graphs, fitting.of(batch(name, steps.size(), evaluation, numbers, pad))))
          .isCloseTo(loss, within(LOSS_TOLERANCE * loss));
      Weights end = trainer.weights();
      map(json.get("final"))
          .forEach(
              (parameter, summary) -> {
                double wanted = number(map(summary), "l2");
                assertThat(l2(end.get(parameter)))
                    .as(parameter)
                    .isCloseTo(wanted, within(FINAL_TOLERANCE * wanted));
              });
    }
  }

  private static void assertGradients(Map<String, Tensor> actual, Map<String, Object> expected) {
    double most =
        expected.values().stream().mapToDouble(s -> number(map(s), "l2")).max().orElseThrow();
    expected.forEach(
        (name, summary) -> {
          double wanted = number(map(summary), "l2");
          Tensor gradient = Objects.requireNonNull(actual.get(name), name);
          assertThat(l2(gradient))
              .as(name)
              .isCloseTo(wanted, within(GRADIENT_TOLERANCE * wanted + 1e-6 * most));
          assertThat((double) gradient.toFloats()[0])
              .as("first of " + name)
              .isCloseTo(
                  number(map(summary), "first"), within(GRADIENT_TOLERANCE * wanted + 1e-6 * most));
        });
  }
}
