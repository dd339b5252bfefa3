package org.openclip.train.naflex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.model.FreshWeights;
import org.openclip.testkit.Array;
import org.openclip.testkit.Interpreter;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.ScaledLoss;
import org.openclip.train.plan.TrainingGraphs;

/** The gradients of a NaFlex tower through masks and positions that follow each grid. */
class NaFlexGradientsTest {
  private static final int PATCH = 2;
  private static final int NUMBERS = 3 * PATCH * PATCH;
  private static final List<PatchGrid> SHAPES =
      List.of(
          new PatchGrid(2, 3, PATCH),
          new PatchGrid(1, 4, PATCH),
          new PatchGrid(5, 1, PATCH),
          new PatchGrid(1, 1, PATCH));
  private static final float STEP = 0x1p-8f;

  private final PluginRegistry plugins = PluginRegistry.create();

  private Architecture architecture(String name) {
    String pool = name.endsWith("gap") ? "avg" : "map";
    Map<String, Object> vision =
        Map.of(
            "image_size",
            List.of(4, 6),
            "timm_model_name",
            name,
            "timm_pool",
            pool,
            "timm_model_kwargs",
            Map.of(
                "embed_dim", 8,
                "depth", 2,
                "num_heads", 2,
                "patch_size", PATCH,
                "pos_embed_grid_size", List.of(2, 3)));
    Map<String, Object> text =
        Map.of("context_length", 4, "vocab_size", 9, "width", 8, "heads", 2, "layers", 1);
    return Architecture.of(
        ModelConfig.of(Map.of("embed_dim", 6, "vision_cfg", vision, "text_cfg", text)), plugins);
  }

  private TrainingGraphs graphs(Architecture architecture, boolean scaled) {
    LossProvider loss = plugins.named(LossProvider.class, "clip");
    return TrainingGraphs.of(architecture, scaled ? new ScaledLoss(loss) : loss, Map.of(), 0);
  }

  private static TrainingPlan plan(
      Architecture architecture, TrainingGraphs graphs, boolean checkpointing) {
    return new TrainingPlan(
        graphs.towers(),
        graphs.objective(),
        new AdamW(0.9, 0.98, 1e-6),
        DecayGroups.rules(architecture.parameters(), 0.1, name -> false),
        Set.of(),
        Map.of(),
        Double.POSITIVE_INFINITY,
        checkpointing);
  }

  private interface Use<T> {
    T of(Trainer trainer);
  }

  private <T> T train(Architecture architecture, TrainingGraphs graphs, Use<T> use) {
    return train(architecture, plan(architecture, graphs, false), use);
  }

  private <T> T train(Architecture architecture, TrainingPlan plan, Use<T> use) {
    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    try (Backend backend = provider.open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1));
        Weights weights = weights(architecture);
        Trainer trainer = backend.train(plan, weights)) {
      return use.of(trainer);
    }
  }

  /** Returns weights of which none has a part in no gradient, as one of zero might. */
  private static Weights weights(Architecture architecture) {
    Weights fresh = FreshWeights.hash(architecture).toWeights();
    Random random = new Random(5);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (String name : fresh.names()) {
      float[] values = fresh.get(name).toFloats();
      if (!name.startsWith("logit_")) {
        for (int i = 0; i < values.length; i++) {
          values[i] += (float) random.nextGaussian() * 0.2f;
        }
      }
      weights.put(name, Tensor.of(values, fresh.get(name).shape()));
    }
    return Weights.of(weights);
  }

  private static Map<String, Tensor> batch(List<PatchGrid> shapes, int length) {
    Random random = new Random(7);
    ByteBuffer patches = Tensor.allocate(4L * shapes.size() * length * NUMBERS);
    FloatBuffer numbers = patches.asFloatBuffer();
    for (int i = 0; i < shapes.size(); i++) {
      for (int j = 0; j < shapes.get(i).size() * NUMBERS; j++) {
        numbers.put(i * length * NUMBERS + j, (float) random.nextGaussian());
      }
    }
    Map<String, Tensor> batch = new HashMap<>(PatchInputs.of(patches, shapes, length));
    batch.put(Architecture.TOKENS, tokens(shapes.size()));
    return batch;
  }

  private static Tensor tokens(int size) {
    long[] tokens = new long[4 * size];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = i % 4 == 3 ? 8 : (i * 5 + i / 4) % 7;
    }
    return Tensor.of(tokens, size, 4);
  }

  private static StepOptions options() {
    return new StepOptions(1, 0.1, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "naflexvit_base_patch16_siglip",
        "naflexvit_base_patch16_gap",
        "naflexvit_base_patch16_map"
      })
  void gradientsAreThoseOfDifferencesInDoublePrecision(String name) {
    Architecture architecture = architecture(name);
    TrainingGraphs graphs = graphs(architecture, false).onPatches(architecture);
    Map<String, Tensor> batch = batch(SHAPES, 7);
    Weights weights = weights(architecture);

    Map<String, Tensor> gradients =
        train(architecture, graphs, trainer -> trainer.gradients(List.of(batch), options()));

    Set<String> own =
        Set.copyOf(graphs.image().parameters().stream().map(LeafOp.Parameter::name).toList());
    assertThat(own).contains("visual.trunk.embeds.pos_embed", "visual.trunk.embeds.proj.weight");
    assertThat(gradients).containsKeys(own.toArray(String[]::new));
    assertThat(largest(gradients.get("visual.trunk.embeds.pos_embed"))).isGreaterThan(0.01f);
    for (String parameter : own) {
      float[] actual = gradients.get(parameter).toFloats();
      for (int i : new int[] {0, actual.length / 2, actual.length - 1}) {
        double expected = difference(graphs, weights, batch, parameter, i);
        assertThat((double) actual[i])
            .as("derivative by %s[%d]", parameter, i)
            .isCloseTo(expected, within(1e-4 + 2e-3 * Math.abs(expected)));
      }
    }
  }

  private static float largest(Tensor tensor) {
    float largest = 0;
    for (float value : tensor.toFloats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** Returns how the loss changes with a number, in double precision. */
  private static double difference(
      TrainingGraphs graphs,
      Weights weights,
      Map<String, Tensor> batch,
      String parameter,
      int index) {
    float[] values = weights.get(parameter).toFloats();
    float up = values[index] + STEP;
    float down = values[index] - STEP;
    double change =
        loss(graphs, with(weights, parameter, index, up), batch)
            - loss(graphs, with(weights, parameter, index, down), batch);
    return change / ((double) up - down);
  }

  private static Weights with(Weights weights, String parameter, int index, float value) {
    Map<String, Tensor> changed = new LinkedHashMap<>();
    weights.names().forEach(name -> changed.put(name, weights.get(name)));
    float[] values = weights.get(parameter).toFloats().clone();
    values[index] = value;
    changed.put(parameter, Tensor.of(values, weights.get(parameter).shape()));
    return Weights.of(changed);
  }

  private static double loss(TrainingGraphs graphs, Weights weights, Map<String, Tensor> batch) {
    Map<String, Tensor> images = new HashMap<>(batch);
    images.remove(Architecture.TOKENS);
    Map<String, Tensor> features = new HashMap<>();
    Map<String, Tensor> tokens =
        Map.of(Architecture.TOKENS, Objects.requireNonNull(batch.get("tokens")));
    Array image = Interpreter.run(graphs.image(), weights, images).get("image_features");
    Array text = Interpreter.run(graphs.text(), weights, tokens).get("text_features");
    features.put("image_features", tensor(image));
    features.put("text_features", tensor(text));
    return Interpreter.run(graphs.objective(), weights, features).get("loss").data()[0];
  }

  private static Tensor tensor(Array array) {
    float[] values = new float[array.data().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.data()[i];
    }
    return Tensor.of(values, array.shape()[0], array.shape()[1]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"naflexvit_base_patch16_gap", "naflexvit_base_patch16_map"})
  void paddingChangesNoLossAndNoGradient(String name) {
    Architecture architecture = architecture(name);
    TrainingGraphs graphs = graphs(architecture, false).onPatches(architecture);
    List<PatchGrid> full = List.of(SHAPES.get(0), new PatchGrid(3, 2, PATCH));

    // given two images of six patches, and the same with padding to several lengths
    Map<String, Tensor> expected =
        train(architecture, graphs, t -> t.gradients(List.of(batch(full, 6)), options()));
    double loss =
        train(architecture, graphs, t -> t.step(List.of(batch(full, 6)), options()).loss());

    for (int length : new int[] {7, 24}) {
      train(
          architecture,
          graphs,
          trainer -> {
            assertClose(trainer.gradients(List.of(batch(full, length)), options()), expected, 1);
            return assertThat(trainer.step(List.of(batch(full, length)), options()).loss())
                .isCloseTo(loss, within(1e-6));
          });
    }
  }

  @Test
  void patchesTeachWhatPixelsDo() {
    Architecture architecture = architecture("naflexvit_base_patch16_map");
    TrainingGraphs pixels = graphs(architecture, false);
    TrainingGraphs patches = pixels.onPatches(architecture);
    float[] numbers = new float[3 * 3 * 4 * 6];
    Random random = new Random(9);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    Tensor pictures = Tensor.of(numbers, 3, 3, 4, 6);
    Map<String, Tensor> cut = new HashMap<>(PatchInputs.ofPixels(pictures, PATCH));
    cut.put(Architecture.TOKENS, tokens(3));
    Map<String, Tensor> whole =
        Map.of(Architecture.PIXELS, pictures, Architecture.TOKENS, tokens(3));

    Map<String, Tensor> expected =
        train(architecture, pixels, trainer -> trainer.gradients(List.of(whole), options()));

    assertClose(
        train(architecture, patches, trainer -> trainer.gradients(List.of(cut), options())),
        expected,
        1);
  }

  @Test
  void activationsThatAreComputedAgainGiveTheSameGradients() {
    Architecture architecture = architecture("naflexvit_base_patch16_gap");
    TrainingGraphs graphs = graphs(architecture, false).onPatches(architecture);
    Map<String, Tensor> batch = batch(SHAPES, 7);

    Map<String, Tensor> expected =
        train(architecture, graphs, trainer -> trainer.gradients(List.of(batch), options()));

    assertClose(
        train(
            architecture,
            plan(architecture, graphs, true),
            trainer -> trainer.gradients(List.of(batch), options())),
        expected,
        1);
  }

  @Test
  void partsOfSeveralLengthsAndSizesTeachWhatTheWholeDoes() {
    Architecture architecture = architecture("naflexvit_base_patch16_map");
    TrainingGraphs graphs = graphs(architecture, false).onPatches(architecture);
    Map<String, Tensor> whole = batch(SHAPES, 8);
    Map<String, Tensor> first = new HashMap<>();
    Map<String, Tensor> second = new HashMap<>();
    whole.forEach(
        (name, tensor) -> {
          first.put(name, rows(tensor, 0, 3, name.equals("tokens") ? 4 : 6));
          second.put(name, rows(tensor, 3, 4, name.equals("tokens") ? 4 : 2));
        });

    Map<String, Tensor> expected =
        train(architecture, graphs, trainer -> trainer.gradients(List.of(whole), options()));

    assertClose(
        train(architecture, graphs, t -> t.gradients(List.of(first, second), options())),
        expected,
        1);
  }

  /** Returns some rows, each cut after so many items. */
  private static Tensor rows(Tensor tensor, int from, int to, int length) {
    long[] shape = tensor.shape();
    int all = (int) shape[1];
    int item = (int) (tensor.bytes() / shape[0] / all);
    ByteBuffer bytes = Tensor.allocate((to - from) * (long) length * item);
    for (int i = from; i < to; i++) {
      bytes.put((i - from) * length * item, tensor.data(), i * all * item, length * item);
    }
    shape[0] = (long) to - from;
    shape[1] = length;
    return Tensor.of(tensor.type(), bytes, shape);
  }

  @Test
  void aFactorOfTheLossScalesGradientsAndNotWhatIsTold() {
    Architecture architecture = architecture("naflexvit_base_patch16_gap");
    TrainingGraphs plain = graphs(architecture, false).onPatches(architecture);
    TrainingGraphs scaled = graphs(architecture, true).onPatches(architecture);
    Map<String, Tensor> batch = batch(SHAPES, 6);
    Map<String, Tensor> weighed = new HashMap<>(batch);
    weighed.putAll(new LossFactor(LossScale.LINEAR, 16).of(batch));

    StepReport expected =
        train(architecture, plain, trainer -> trainer.step(List.of(batch), options()));
    StepReport report =
        train(architecture, scaled, trainer -> trainer.step(List.of(weighed), options()));

    assertThat(ScaledLoss.unscaled(report).scalars()).isEqualTo(expected.scalars());
    assertThat(report.loss()).isCloseTo(expected.loss() / 4, within(1e-6));
    assertClose(
        train(architecture, scaled, trainer -> trainer.gradients(List.of(weighed), options())),
        train(architecture, plain, trainer -> trainer.gradients(List.of(batch), options())),
        0.25f);
  }

  private static void assertClose(
      Map<String, Tensor> actual, Map<String, Tensor> expected, float factor) {
    assertThat(actual).containsOnlyKeys(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          float[] values = tensor.toFloats();
          for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
          }
          float largest = factor * largest(tensor);
          assertThat(actual.get(name).toFloats())
              .as(name)
              .containsExactly(values, within(1e-6f + 1e-5f * largest));
        });
  }
}
