package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Program;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.Goldens;

/** The losses of a run's first step, before anything has changed, computed as in inference. */
@Tag("golden-training")
class GoldenLossTest {
  private static final PluginRegistry PLUGINS = PluginRegistry.create();

  @TestFactory
  Stream<DynamicTest> theFirstStepsLossesAreTheReferences() {
    return Goldens.all("training").stream()
        .map(Goldens::object)
        .filter(golden -> !normalisesByBatch(golden))
        .map(
            golden ->
                DynamicTest.dynamicTest(
                    (String) Goldens.get(golden, "name"), () -> compare(golden)));
  }

  /** Whether batch norms use the batch's statistics, which inference does not compute. */
  private static boolean normalisesByBatch(Map<String, Object> golden) {
    return Goldens.map(Goldens.get(golden, "final")).keySet().stream()
        .anyMatch(name -> name.endsWith(".running_mean"));
  }

  private static void compare(Map<String, Object> golden) {
    // given
    String task = (String) Goldens.get(Goldens.map(Goldens.get(golden, "case")), "task");
    Map<String, Object> step = Goldens.map(((List<?>) Goldens.get(golden, "steps")).get(0));
    Architecture architecture =
        Architecture.of(ModelConfig.of(Goldens.map(Goldens.get(golden, "model_cfg"))), PLUGINS);
    Weights weights = FreshWeights.hash(architecture).toWeights();
    try (Backend backend = PLUGINS.preferred(BackendProvider.class).open(BackendOptions.DEFAULT)) {
      Map<String, Tensor> features = features(backend, architecture, weights, golden, step);
      if (task.equals("distill")) {
        features(backend, architecture, scaled(weights, 0.9f), golden, step)
            .forEach((name, tensor) -> features.put(LossProvider.TEACHER + name, tensor));
      }

      // when
      Graph loss = loss(task, features);
      Map<String, Tensor> inputs = new HashMap<>(features);
      inputs.keySet().retainAll(loss.inputs().stream().map(i -> i.name()).toList());
      Map<String, Tensor> scalars;
      try (Program program = backend.compile(loss, Weights.of(Map.of()))) {
        scalars = program.run(inputs);
      }

      // then
      Map<String, Object> expected = Goldens.map(Goldens.get(step, "losses"));
      assertThat(scalars.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, value) -> {
            double number = ((Number) value).doubleValue();
            assertThat((double) Objects.requireNonNull(scalars.get(name)).toFloats()[0])
                .as(name)
                .isCloseTo(number, Offset.offset(1e-5 * number));
          });
    }
  }

  private static Map<String, Tensor> features(
      Backend backend,
      Architecture architecture,
      Weights weights,
      Map<String, Object> golden,
      Map<String, Object> step) {
    double[] shape = Goldens.doubles(Goldens.get(golden, "image_shape"));
    String key = "train:" + Goldens.get(golden, "name") + ":0";
    Tensor pixels = Goldens.picture(key, (int) shape[0], (int) shape[2], (int) shape[3]);
    var rows = Goldens.tokens(Goldens.get(step, "tokens"));
    Tensor tokens = Tensor.of(rows.toArray(), rows.size(), rows.length());
    Map<String, Tensor> features = new LinkedHashMap<>();
    Map<String, Tensor> image =
        run(backend, architecture.imageGraph(), weights, Map.of(Architecture.PIXELS, pixels));
    Map<String, Tensor> text =
        run(backend, architecture.textGraph(), weights, Map.of(Architecture.TOKENS, tokens));
    features.put(LossProvider.IMAGE_FEATURES, unit(image));
    features.put(LossProvider.TEXT_FEATURES, unit(text));
    float scale = (float) Math.exp(weights.get("logit_scale").toFloats()[0]);
    features.put(LossProvider.LOGIT_SCALE, Tensor.of(new float[] {scale}));
    if (architecture.config().initLogitBias() != null) {
      features.put(LossProvider.LOGIT_BIAS, weights.get("logit_bias"));
    }
    features.put(LossProvider.TOKENS, tokens);
    architecture
        .captionGraph()
        .ifPresent(
            graph -> {
              Tensor places = Objects.requireNonNull(image.get(Architecture.IMAGE_TOKENS));
              Map<String, Tensor> inputs =
                  Map.of(Architecture.IMAGE_TOKENS, places, Architecture.TOKENS, tokens);
              features.putAll(run(backend, graph, weights, inputs));
            });
    return features;
  }

  private static Map<String, Tensor> run(
      Backend backend, Graph graph, Weights weights, Map<String, Tensor> inputs) {
    try (Program program = backend.compile(graph, weights)) {
      return program.run(inputs);
    }
  }

  private static Tensor unit(Map<String, Tensor> outputs) {
    Tensor features = Objects.requireNonNull(outputs.get(Architecture.FEATURES));
    int width = (int) features.shape()[1];
    float[] values = Embeddings.of(width, features.toFloats()).normalised().toArray();
    return Tensor.of(values, features.shape());
  }

  private static Weights scaled(Weights weights, float factor) {
    Map<String, Tensor> scaled = new LinkedHashMap<>();
    for (String name : weights.names()) {
      float[] values = weights.get(name).toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] *= factor;
      }
      scaled.put(name, Tensor.of(values, weights.get(name).shape()));
    }
    return Weights.of(scaled);
  }

  private static Graph loss(String name, Map<String, Tensor> features) {
    GraphBuilder graph = new GraphBuilder("loss");
    Map<String, Value> values = new LinkedHashMap<>();
    features.forEach(
        (feature, tensor) -> {
          long[] shape = tensor.shape();
          Dim[] dims = new Dim[shape.length];
          for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = axis == 0 && shape.length > 1 ? Dim.BATCH : Dim.of(shape[axis]);
          }
          values.put(feature, graph.input(feature, tensor.type(), dims));
        });
    PLUGINS.named(LossProvider.class, name).write(graph, values, Map.of()).forEach(graph::output);
    return graph.build();
  }
}
