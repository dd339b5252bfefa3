package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * What every image tower must do, on whichever backend it will run. The author of one extends this
 * class with a provider and a configuration, a small one, since the {@link Interpreter} runs it.
 */
public abstract class ImageEncoderContract
    extends EncoderContract<ImageEncoderProvider, ImageEncoder> {
  private static final String PIXELS = "pixels";

  protected ImageEncoderContract() {
    super(ImageEncoderProvider.class, "visual");
  }

  @Test
  void yieldsOneVectorForEachPicture() {
    Map<String, Value> outputs = tower().graph().outputs();

    assertThat(outputs.get(Tower.FEATURES).shape())
        .isEqualTo(Shape.of(Dim.BATCH, Dim.of(embedDim())));
    if (outputs.containsKey(Tower.TOKENS)) {
      Shape tokens = outputs.get(Tower.TOKENS).shape();
      assertThat(tokens.rank()).isEqualTo(3);
      assertThat(tokens.dim(0)).isEqualTo(Dim.BATCH);
    }
  }

  @Test
  void aPictureHasTheFeaturesThatItHasAlone() {
    Tower tower = tower();
    Array pictures = Array.normal(new Random(3), 3, 3, encoder().height(), encoder().width());
    int size = pictures.data().length / 3;

    Array together = run(tower, pictures);

    for (int i = 0; i < 3; i++) {
      Array one = Array.zeros(1, 3, encoder().height(), encoder().width());
      System.arraycopy(pictures.data(), i * size, one.data(), 0, size);
      assertThat(Tower.row(together, i)).containsExactly(run(tower, one).data(), within(TOLERANCE));
    }
  }

  @Test
  void theFeaturesDependOnThePicture() {
    Array pictures = Array.normal(new Random(5), 2, 3, encoder().height(), encoder().width());

    Array features = run(tower(), pictures);

    assertThat(features.data()).doesNotContain(Double.NaN);
    assertThat(Tower.row(features, 0)).isNotEqualTo(Tower.row(features, 1));
  }

  @Override
  final ImageEncoder encoder(Map<String, Object> config) {
    return provider().create(context(config, false));
  }

  @Override
  final int size(ImageEncoder encoder) {
    return encoder.height();
  }

  @Override
  final Weights fit(ImageEncoder encoder, Weights weights, String prefix) {
    return encoder.fit(weights, prefix);
  }

  @Override
  final Tower tower() {
    ImageEncoder encoder = encoder();
    GraphBuilder graph = new GraphBuilder("image");
    Value pixels =
        graph.input(
            PIXELS,
            DataType.FLOAT32,
            Dim.BATCH,
            Dim.of(3),
            Dim.of(encoder.height()),
            Dim.of(encoder.width()));
    Encoded encoded = encoder.encode(graph.scope("visual"), pixels);
    return Tower.of(graph, encoded);
  }

  static Array run(Tower tower, Array pictures) {
    Tensor pixels = pictures.tensor(DataType.FLOAT32);
    return tower.features(Map.of(PIXELS, pixels));
  }
}
