package org.openclip.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Interpreter;

class LossesTest {
  private static final int WIDTH = 5;

  private final Random random = new Random(1);

  @ParameterizedTest
  @ValueSource(strings = {"clip", "siglip", "distill"})
  void workersWhoSeeAllRowsHaveTheLossOfTheWholeBatchInTheMean(String name) {
    // given a batch of six, and the same batch divided among three workers
    Map<String, Tensor> whole = features(6);
    double expected = loss(name, whole);

    // when each compares its own two rows with all
    double sum = 0;
    for (int worker = 0; worker < 3; worker++) {
      Map<String, Tensor> own = new HashMap<>();
      int first = 2 * worker;
      whole.forEach(
          (feature, tensor) -> {
            own.put(feature, tensor.shape().length == 2 ? rows(tensor, first) : tensor);
            if (tensor.shape().length == 2) {
              own.put(LossProvider.ALL + feature, tensor);
            }
          });
      own.put(LossProvider.FIRST_ROW, Tensor.of(new long[] {first}, 1));
      sum += loss(name, own);
    }

    // then
    assertThat(sum / 3).isCloseTo(expected, Offset.offset(1e-9));
  }

  @Test
  void aPerfectBatchCostsNothingAndATeacherLikeTheStudentCostsItsEntropy() {
    Map<String, Tensor> same = new HashMap<>();
    float[] corners = {1, 0, 0, 1};
    for (String owner : new String[] {"", LossProvider.TEACHER}) {
      same.put(owner + LossProvider.IMAGE_FEATURES, Tensor.of(corners, 2, 2));
      same.put(owner + LossProvider.TEXT_FEATURES, Tensor.of(corners, 2, 2));
      same.put(owner + LossProvider.LOGIT_SCALE, Tensor.of(new float[] {100}));
    }

    assertThat(loss("clip", same)).isCloseTo(0, Offset.offset(1e-12));
    assertThat(loss("distill", same)).isCloseTo(0, Offset.offset(1e-12));
  }

  @Test
  void aMissingFeatureAndAnUnknownOptionAreNamed() {
    GraphBuilder graph = new GraphBuilder("loss");
    Map<String, Value> none = Map.of();
    assertThatThrownBy(() -> new ClipLossProvider().write(graph, none, Map.of()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("needs the input 'image_features'");
    assertThatThrownBy(
            () -> new CocaLossProvider().write(graph, none, Map.of("caption_loss_weigth", 1)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("did you mean caption_loss_weight");
  }

  private Map<String, Tensor> features(int count) {
    Map<String, Tensor> features = new LinkedHashMap<>();
    for (String owner : new String[] {"", LossProvider.TEACHER}) {
      features.put(owner + LossProvider.IMAGE_FEATURES, normal(count));
      features.put(owner + LossProvider.TEXT_FEATURES, normal(count));
      features.put(owner + LossProvider.LOGIT_SCALE, Tensor.of(new float[] {3}));
    }
    features.put(LossProvider.LOGIT_BIAS, Tensor.of(new float[] {-2}));
    return features;
  }

  private Tensor normal(int count) {
    float[] values = new float[count * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, count, WIDTH);
  }

  private static Tensor rows(Tensor tensor, int first) {
    float[] values = tensor.toFloats();
    return Tensor.of(Arrays.copyOfRange(values, first * WIDTH, (first + 2) * WIDTH), 2, WIDTH);
  }

  private static double loss(String name, Map<String, Tensor> features) {
    GraphBuilder graph = new GraphBuilder("loss");
    Map<String, Value> values = new LinkedHashMap<>();
    Map<String, Tensor> fed = new HashMap<>(features);
    if (!name.equals("distill")) {
      fed.keySet().removeIf(feature -> feature.contains(LossProvider.TEACHER));
    }
    fed.forEach(
        (feature, tensor) -> {
          Dim rows = feature.startsWith(LossProvider.ALL) ? Dim.symbol("all") : Dim.BATCH;
          Dim[] dims =
              switch (tensor.shape().length) {
                case 2 -> new Dim[] {rows, Dim.of(tensor.shape()[1])};
                case 1 -> new Dim[] {Dim.of(1)};
                default -> new Dim[0];
              };
          values.put(feature, graph.input(feature, tensor.type(), dims));
        });
    PluginRegistry.create()
        .named(LossProvider.class, name)
        .write(graph, values, Map.of())
        .forEach(graph::output);
    return Objects.requireNonNull(
            Interpreter.run(graph.build(), Weights.of(Map.of()), fed).get(LossProvider.LOSS))
        .data()[0];
  }
}
