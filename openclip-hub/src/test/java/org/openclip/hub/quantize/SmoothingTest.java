package org.openclip.hub.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** Channels that leave a norm large are balanced with the layers behind it. */
@Tag("once")
class SmoothingTest {
  private static final int OUTLIER = 3;

  @TempDir Path folder;

  /** Returns weights that compute the same, with one channel a thousand times as large. */
  private static Weights withOutliers(Weights weights) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    weights.names().forEach(name -> all.put(name, weights.get(name)));
    for (int block = 0; block < 2; block++) {
      String scope = "visual.transformer.resblocks.%s.".formatted(block);
      for (String norm : List.of("ln_1", "ln_2")) {
        all.computeIfPresent(scope + norm + ".weight", (n, t) -> column(t, 1024));
        all.computeIfPresent(scope + norm + ".bias", (n, t) -> column(t, 1024));
      }
      all.computeIfPresent(scope + "attn.in_proj_weight", (n, t) -> column(t, 1f / 1024));
      all.computeIfPresent(scope + "mlp.c_fc.weight", (n, t) -> column(t, 1f / 1024));
    }
    return Weights.of(all);
  }

  private static Tensor column(Tensor tensor, float factor) {
    float[] numbers = tensor.toFloats();
    int width = Math.toIntExact(tensor.shape()[tensor.shape().length - 1]);
    for (int i = OUTLIER; i < numbers.length; i += width) {
      numbers[i] *= factor;
    }
    return Tensor.of(numbers, tensor.shape());
  }

  private static Embeddings pictures(ModelBuilder builder, Weights weights) {
    Precision precision = QuantizedWeights.are(weights) ? Precision.INT8 : Precision.FLOAT32;
    try (ClipModel model = builder.weights(weights).precision(precision).load()) {
      PictureFiles files = new PictureFiles(PluginRegistry.create());
      return model.encodePictures(
          List.of(
              files.read(Fixtures.path("preprocess/images/cat-small-444.jpg")),
              files.read(Fixtures.path("preprocess/images/tiny.png"))));
    }
  }

  @Test
  void inFloatNothingChangesAndInEightBitsSmallChannelsStay() {
    ModelBuilder builder = OpenClip.model(TinyModels.write(folder)).backend("onnx");

    builder.withState(
        state -> {
          Weights outliers = withOutliers(state.weights());
          Embeddings exact = pictures(builder, outliers);
          Embeddings smoothed =
              pictures(builder, QuantizedWeights.smoothed(state.architecture(), outliers));
          assertThat(smoothed.toArray()).containsExactly(exact.toArray());

          Weights asTheyAre =
              QuantizedWeights.of(outliers, LinearLayers.ofBoth(state.architecture()));
          Weights balanced = QuantizedWeights.of(state.architecture(), outliers);
          double before = Cosines.of(exact, pictures(builder, asTheyAre)).worst();
          double after = Cosines.of(exact, pictures(builder, balanced)).worst();
          assertThat(after).isGreaterThan(0.99);
          assertThat(1 - after).isLessThan((1 - before) / 5);
          return after;
        });
  }
}
