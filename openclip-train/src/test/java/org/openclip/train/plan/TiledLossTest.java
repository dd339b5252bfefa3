package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
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
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;

/** Losses that are computed some rows at a time. */
class TiledLossTest {
  private static final int BATCH = 7;
  private static final int WIDTH = 16;
  private static final String CONFIG =
      """
      {"embed_dim": 16,
        "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 16, "patch_size": 8},
        "text_cfg": {"context_length": 8, "vocab_size": 99, "width": 16, "heads": 1, "layers": 1}}
      """;

  private final PluginRegistry plugins = PluginRegistry.create();
  private final Random random = new Random(4);

  @ParameterizedTest
  @CsvSource({
    "clip,3,false",
    "clip,7,false",
    "siglip,2,false",
    "distill,3,false",
    "clip,3,true",
    "siglip,4,true"
  })
  void tilesGiveTheLossAndTheGradientsOfTheWhole(String name, int tiles, boolean keyed) {
    Map<String, Object> json =
        JsonObjects.parse("config", 0, CONFIG.getBytes(StandardCharsets.UTF_8));
    if (name.equals("siglip")) {
      json.put("init_logit_bias", -2);
    }
    Architecture architecture = Architecture.of(ModelConfig.of(json), plugins);
    LossProvider loss = plugins.named(LossProvider.class, name);
    int teacher = name.equals("distill") ? WIDTH : 0;
    TrainingGraphs graphs =
        TrainingGraphs.of(architecture, loss, Map.of(), teacher, Gathering.ALONE, keyed);
    TrainingPlan.Tiling tiling = graphs.tiling(architecture, loss, teacher, Gathering.ALONE, tiles);
    Map<String, Tensor> batch = batch(teacher);
    if (keyed) {
      batch.put(LossProvider.TEXT_KEYS, Tensor.of(new long[] {1, 2, 1, 3, 2, 1, 4}, BATCH, 1));
    }
    try (Backend backend =
            plugins
                .first(BackendProvider.class, BackendProvider::trains)
                .orElseThrow()
                .open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1));
        Weights weights = FreshWeights.hash(architecture).toWeights();
        Trainer whole = backend.train(plan(architecture, graphs, null), weights);
        Trainer tiled = backend.train(plan(architecture, graphs, tiling), weights)) {
      StepOptions options = new StepOptions(1, 0.01, 0);
      Map<String, Tensor> expected = whole.gradients(List.of(batch), options);

      assertClose(tiled.gradients(List.of(batch), options), expected);
      if (teacher == 0) {
        List<Map<String, Tensor>> parts = List.of(rows(batch, 0, 3), rows(batch, 3, BATCH));
        assertClose(tiled.gradients(parts, options), expected);
      }
      StepReport one = whole.step(List.of(batch), options);
      StepReport other = tiled.step(List.of(batch), options);
      assertThat(other.scalars()).containsOnlyKeys(one.scalars().keySet());
      one.scalars()
          .forEach(
              (scalar, value) ->
                  assertThat(other.scalars().get(scalar))
                      .as(scalar)
                      .isCloseTo(value, within(1e-6 * Math.abs(value))));
    }
  }

  private static void assertClose(Map<String, Tensor> actual, Map<String, Tensor> expected) {
    assertThat(actual).containsOnlyKeys(expected.keySet());
    double largest = expected.values().stream().mapToDouble(TiledLossTest::length).max().orElse(0);
    expected.forEach(
        (name, tensor) -> {
          float[] difference = tensor.toFloats();
          float[] other = Objects.requireNonNull(actual.get(name)).toFloats();
          for (int i = 0; i < difference.length; i++) {
            difference[i] -= other[i];
          }
          assertThat(length(Tensor.of(difference, difference.length)))
              .as(name)
              .isLessThan(1e-6 * largest);
        });
  }

  private static double length(Tensor tensor) {
    double square = 0;
    for (float x : tensor.toFloats()) {
      square += (double) x * x;
    }
    return Math.sqrt(square);
  }

  private static TrainingPlan plan(
      Architecture architecture, TrainingGraphs graphs, TrainingPlan.Tiling tiling) {
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        new AdamW(0.9, 0.98, 1e-6),
        DecayGroups.rules(architecture.parameters(), 0.1, name -> false),
        java.util.Set.of(),
        Map.of(),
        Double.POSITIVE_INFINITY,
        false,
        TrainingPlan.Sharing.PLAIN,
        tiling);
  }

  private Map<String, Tensor> batch(int teacher) {
    Map<String, Tensor> batch = new LinkedHashMap<>();
    batch.put(Architecture.PIXELS, Tensor.of(normal(BATCH * 3 * 256), BATCH, 3, 16, 16));
    long[] tokens = new long[BATCH * 8];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = 1L + random.nextInt(97);
    }
    batch.put(Architecture.TOKENS, Tensor.of(tokens, BATCH, 8));
    if (teacher > 0) {
      for (String name : List.of(LossProvider.IMAGE_FEATURES, LossProvider.TEXT_FEATURES)) {
        batch.put(LossProvider.TEACHER + name, Tensor.of(normal(BATCH * WIDTH), BATCH, WIDTH));
      }
      batch.put(LossProvider.TEACHER + LossProvider.LOGIT_SCALE, Tensor.of(new float[] {2}, 1));
    }
    return batch;
  }

  private float[] normal(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Map<String, Tensor> rows(Map<String, Tensor> batch, int from, int to) {
    Map<String, Tensor> some = new LinkedHashMap<>();
    batch.forEach(
        (name, tensor) -> {
          long[] shape = tensor.shape();
          int each = (int) (Tensor.count(shape) / shape[0]);
          shape[0] = (long) to - from;
          some.put(
              name,
              tensor.type() == DataType.INT64
                  ? Tensor.of(
                      java.util.Arrays.copyOfRange(tensor.toLongs(), from * each, to * each), shape)
                  : Tensor.of(
                      java.util.Arrays.copyOfRange(tensor.toFloats(), from * each, to * each),
                      shape));
        });
    return some;
  }
}
