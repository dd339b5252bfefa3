package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;

/** The gradients of losses that mask equal captions are those of the formula. */
class MaskedDuplicatesTest {
  private static final int BATCH = 6;
  private static final int IN = 4;
  private static final int OUT = 3;
  private static final long[] KEYS = {7, 8, 7, 9, 8, 7};
  private static final double BIAS = -1.5;

  private final PluginRegistry plugins = PluginRegistry.create();
  private final Random random = new Random(11);
  private final float[] images = normal(BATCH * IN);
  private final float[] texts = normal(BATCH * IN);

  private float[] normal(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static Graph tower(String name) {
    GraphBuilder g = new GraphBuilder(name);
    Value x = g.input(name, DataType.FLOAT32, Dim.BATCH, Dim.of(IN));
    Value w = g.parameter(name + ".weight", Initializer.ZEROS, OUT, IN);
    g.output(name + "_features", g.l2Normalize(g.linear(x, w, null)));
    return g.build();
  }

  private Graph objective(String loss) {
    GraphBuilder g = new GraphBuilder("objective");
    Map<String, Value> features = new LinkedHashMap<>();
    for (String name : List.of(LossProvider.IMAGE_FEATURES, LossProvider.TEXT_FEATURES)) {
      features.put(name, g.input(name, DataType.FLOAT32, Dim.BATCH, Dim.of(OUT)));
    }
    String keys = LossProvider.TEXT_KEYS;
    features.put(keys, g.input(keys, DataType.INT64, Dim.BATCH, Dim.of(1)));
    Value scale = g.parameter("logit_scale", Initializer.ZEROS);
    features.put(LossProvider.LOGIT_SCALE, g.unary(scale, UnaryFunction.EXP));
    features.put(LossProvider.LOGIT_BIAS, g.constant(BIAS));
    plugins.named(LossProvider.class, loss).write(g, features, Map.of()).forEach(g::output);
    return g.build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip", "siglip"})
  void gradientsAreThoseOfTheFormula(String loss) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("image.weight", Tensor.of(normal(OUT * IN), OUT, IN));
    weights.put("text.weight", Tensor.of(normal(OUT * IN), OUT, IN));
    weights.put("logit_scale", Tensor.of(new float[] {1.25f}));
    Map<String, UpdateRule> rules = new LinkedHashMap<>();
    weights.keySet().forEach(name -> rules.put(name, new UpdateRule(1, 0)));
    TrainingPlan plan =
        TrainingPlan.of(
            List.of(tower("image"), tower("text")),
            objective(loss),
            new AdamW(0.9, 0.98, 1e-6),
            rules);
    Map<String, Tensor> batch =
        Map.of(
            "image",
            Tensor.of(images, BATCH, IN),
            "text",
            Tensor.of(texts, BATCH, IN),
            LossProvider.TEXT_KEYS,
            Tensor.of(KEYS, BATCH, 1));
    try (Backend backend =
            plugins
                .first(BackendProvider.class, BackendProvider::trains)
                .orElseThrow()
                .open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1));
        Trainer trainer = backend.train(plan, Weights.of(weights))) {
      StepOptions options = new StepOptions(1, 0.01, 0);
      Map<String, Tensor> gradients = trainer.gradients(List.of(batch), options);
      double[] point = point(weights);
      int at = 0;
      for (String name : weights.keySet()) {
        float[] gradient = gradients.get(name).toFloats();
        for (int i = 0; i < gradient.length; i++, at++) {
          assertThat((double) gradient[i])
              .as(name + " " + i)
              .isCloseTo(slope(loss, point, at), within(2e-6));
        }
      }
      assertThat(trainer.step(List.of(batch), options).loss())
          .isCloseTo(formula(loss, point), within(2e-6));
    }
  }

  private static double[] point(Map<String, Tensor> weights) {
    double[] point = new double[2 * OUT * IN + 1];
    int at = 0;
    for (Tensor tensor : weights.values()) {
      for (float number : tensor.toFloats()) {
        point[at++] = number;
      }
    }
    return point;
  }

  private double slope(String loss, double[] point, int at) {
    double step = 1e-5;
    double[] moved = point.clone();
    moved[at] = point[at] + step;
    double above = formula(loss, moved);
    moved[at] = point[at] - step;
    return (above - formula(loss, moved)) / (2 * step);
  }

  private static double[][] features(float[] inputs, double[] point, int from) {
    double[][] features = new double[BATCH][OUT];
    for (int row = 0; row < BATCH; row++) {
      double square = 0;
      for (int o = 0; o < OUT; o++) {
        for (int i = 0; i < IN; i++) {
          features[row][o] += point[from + o * IN + i] * inputs[row * IN + i];
        }
        square += features[row][o] * features[row][o];
      }
      for (int o = 0; o < OUT; o++) {
        features[row][o] /= Math.sqrt(square);
      }
    }
    return features;
  }

  /** The loss over all pairs but those of different samples with equal texts, in float64. */
  private double formula(String loss, double[] point) {
    double[][] image = features(images, point, 0);
    double[][] text = features(texts, point, OUT * IN);
    double scale = Math.exp(point[2 * OUT * IN]);
    double sum = 0;
    for (int i = 0; i < BATCH; i++) {
      double ofImage = 0;
      double ofText = 0;
      for (int j = 0; j < BATCH; j++) {
        if (i == j || KEYS[i] != KEYS[j]) {
          double logit = scale * dot(image[i], text[j]) + BIAS;
          ofImage += Math.exp(logit);
          ofText += Math.exp(scale * dot(image[j], text[i]) + BIAS);
          if (loss.equals("siglip")) {
            sum += Math.log1p(Math.exp(i == j ? -logit : logit));
          }
        }
      }
      if (loss.equals("clip")) {
        double own = scale * dot(image[i], text[i]) + BIAS;
        sum += (Math.log(ofImage) + Math.log(ofText)) / 2 - own;
      }
    }
    return sum / BATCH;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
