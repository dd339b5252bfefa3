package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;

/** Weights loaded into another picture size and context length. */
@Tag("golden-resize")
class GoldenResizeTest {
  @TempDir Path folder;

  @Test
  void positionalEmbeddingsAreInterpolatedAsTheReferenceDoes() {
    for (Path file : Goldens.all("resize")) {
      for (Map<String, Object> golden : Goldens.objects(file)) {
        compare(golden);
      }
    }
  }

  private void compare(Map<String, Object> golden) {
    // given a model folder of the size that the weights were made for
    String of = (String) Goldens.get(golden, "weights_of");
    Map<String, Object> base = Goldens.features("name", of);
    String model =
        TinyModels.write(folder.resolve(of), Goldens.map(Goldens.get(base, "model_cfg")));
    Map<String, Object> config = Goldens.map(Goldens.get(golden, "model_cfg"));
    Object size = Goldens.get(Goldens.map(Goldens.get(config, "vision_cfg")), "image_size");
    double[] sides =
        size instanceof List<?>
            ? Goldens.doubles(size)
            : new double[] {((Number) size).doubleValue(), ((Number) size).doubleValue()};
    Object length = Goldens.get(Goldens.map(Goldens.get(config, "text_cfg")), "context_length");
    ModelBuilder builder =
        OpenClip.model(model)
            .imageSize((int) sides[0], (int) sides[1])
            .contextLength(((Number) length).intValue());

    // when it is loaded into another
    double[][] images = Goldens.matrix(Goldens.get(golden, "image_features"));
    String picture = (String) Goldens.get(golden, "image");
    try (ClipModel resized = builder.load()) {
      // then the features are the reference's
      Goldens.assertClose(
          picture,
          resized.encodePixels(
              Goldens.picture(picture, images.length, (int) sides[0], (int) sides[1])),
          images,
          5e-5);
      Goldens.assertClose(
          picture + " texts",
          resized.encodeTokens(Goldens.tokens(Goldens.get(golden, "tokens"))),
          Goldens.matrix(Goldens.get(golden, "text_features")),
          5e-5);
    }
    assertThat(builder.preprocessing().height()).isEqualTo((int) sides[0]);
    assertPositions(golden, builder.architecture(), base);
  }

  private static void assertPositions(
      Map<String, Object> golden, Architecture resized, Map<String, Object> base) {
    Architecture original =
        Architecture.of(
            ModelConfig.of(Goldens.map(Goldens.get(base, "model_cfg"))), PluginRegistry.create());
    Weights fitted = resized.fit(FreshWeights.hash(original).toWeights());
    float[] positions = fitted.get("visual.positional_embedding").toFloats();
    double[] row = Goldens.doubles(Goldens.get(golden, "positional_embedding_row1"));
    double squares = 0;
    for (float p : positions) {
      squares += (double) p * p;
    }
    for (int i = 0; i < row.length; i++) {
      assertThat((double) positions[row.length + i]).isCloseTo(row[i], Offset.offset(1e-6));
    }
    double expected = ((Number) Goldens.get(golden, "positional_embedding_l2")).doubleValue();
    assertThat(Math.sqrt(squares)).isCloseTo(expected, Offset.offset(1e-5 * expected));
  }
}
