package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * What every image tower must do, on whichever backend it will run. The author of one extends this
 * class with a provider and a configuration, a small one, since the {@link Interpreter} runs it.
 */
public abstract class ImageEncoderContract {
  private static final String PIXELS = "pixels";
  private static final double TOLERANCE = 1e-6;

  /** Returns the provider under test. */
  protected abstract ImageEncoderProvider provider();

  /** Returns the {@code vision_cfg} of a small tower. */
  protected abstract Map<String, Object> config();

  /** Returns the width of the joint embedding. */
  protected int embedDim() {
    return 8;
  }

  @Test
  void isFoundByItsName() {
    assertThat(PluginRegistry.create().named(ImageEncoderProvider.class, provider().name()))
        .hasSameClassAs(provider());
  }

  @Test
  void mayBeChosenByTheKeyEncoder() {
    Map<String, Object> named = new LinkedHashMap<>(config());
    named.put("encoder", provider().name());

    assertThat(encoder(named).height()).isEqualTo(encoder(config()).height());
  }

  @Test
  void refusesAnUnknownKeyByItsName() {
    Map<String, Object> config = new LinkedHashMap<>(config());
    config.put("no_such_option", 1);

    assertThatThrownBy(() -> encoder(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("no_such_option");
  }

  @Test
  void writesTheSameTowerEveryTime() {
    assertThat(tower().graph().nodes()).hasToString(tower().graph().nodes().toString());
  }

  @Test
  void namesEveryParameterUnderItsScope() {
    assertThat(tower().graph().parameters())
        .isNotEmpty()
        .allMatch(parameter -> parameter.name().startsWith("visual."));
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

  @Test
  void weightsOfItsOwnSizeFitAsTheyAre() {
    Weights weights = tower().weights();

    Weights fitted = encoder().fit(weights, "visual.");

    assertThat(fitted.names()).containsExactlyInAnyOrderElementsOf(weights.names());
    for (String name : weights.names()) {
      assertThat(Array.of(fitted.get(name)).data()).isEqualTo(Array.of(weights.get(name)).data());
    }
  }

  final ImageEncoder encoder() {
    return encoder(config());
  }

  private ImageEncoder encoder(Map<String, Object> config) {
    return provider().create(new EncoderContext(config, embedDim(), false, false));
  }

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
