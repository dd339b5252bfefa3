package org.openclip.hub.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.backend.Precision;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** The layers that stay in float are those that lose most, whatever they are called. */
@Tag("once")
class LayerChoiceTest {
  private static final String BLOCK = "visual.transformer.resblocks.1.mlp.";
  private static final String BAD = BLOCK + "c_proj.weight";

  @TempDir Path folder;

  private static Calibration calibration() {
    PictureFiles files = new PictureFiles(PluginRegistry.create());
    List<Image> pictures =
        List.of(
            files.read(Fixtures.path("preprocess/images/cat-small-444.jpg")),
            files.read(Fixtures.path("preprocess/images/tiny.png")));
    return new Calibration(pictures, List.of("a cat", "a dog on a beach", "42"));
  }

  private static ClipModel open(ModelBuilder builder, Weights weights) {
    return builder
        .weights(weights)
        .precision(QuantizedWeights.are(weights) ? Precision.INT8 : Precision.FLOAT32)
        .load();
  }

  /**
   * Returns the weights with a layer that reads a unit that is always 0, by large numbers: in float
   * they change nothing, and in 8 bits nothing is left of the others.
   */
  private static Weights spoiled(Weights weights) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    weights.names().forEach(name -> all.put(name, weights.get(name)));
    all.computeIfPresent(BLOCK + "c_fc.weight", (name, tensor) -> withRow(tensor, 0, 0));
    all.computeIfPresent(BLOCK + "c_fc.bias", (name, tensor) -> withRow(tensor, 0, 0));
    all.computeIfPresent(BAD, (name, tensor) -> withColumn(tensor, 0, 1000));
    return Weights.of(all);
  }

  private static Tensor withRow(Tensor tensor, int row, float number) {
    float[] numbers = tensor.toFloats();
    int width = numbers.length / Math.toIntExact(tensor.shape()[0]);
    Arrays.fill(numbers, row * width, (row + 1) * width, number);
    return Tensor.of(numbers, tensor.shape());
  }

  private static Tensor withColumn(Tensor tensor, int column, float number) {
    float[] numbers = tensor.toFloats();
    int width = Math.toIntExact(tensor.shape()[1]);
    for (int i = column; i < numbers.length; i += width) {
      numbers[i] = number;
    }
    return Tensor.of(numbers, tensor.shape());
  }

  @Test
  void theLayerThatLosesMostStaysInFloat() {
    ModelBuilder builder = OpenClip.model(TinyModels.write(folder)).backend("onnx");
    List<Long> tried = new ArrayList<>();

    LayerChoice.Chosen chosen =
        builder.withState(
            state ->
                LayerChoice.choose(
                    state.architecture(),
                    spoiled(state.weights()),
                    calibration(),
                    weights -> open(builder, weights),
                    new Cosines(0.9995, 0.99),
                    tried::add));

    assertThat(chosen.losses()).isNotEmpty();
    assertThat(chosen.losses().entrySet().stream().max(Map.Entry.comparingByValue()))
        .hasValueSatisfying(worst -> assertThat(worst.getKey()).isEqualTo(BAD));
    assertThat(chosen.integers()).isNotEmpty().doesNotContain(BAD);
    assertThat(tried).hasSizeGreaterThan(2);
  }

  @Test
  void whereAllAreNearEnoughNoneIsTriedAlone() {
    ModelBuilder builder = OpenClip.model(TinyModels.write(folder)).backend("onnx");

    builder.withState(
        state -> {
          LayerChoice.Chosen chosen =
              LayerChoice.choose(
                  state.architecture(),
                  state.weights(),
                  calibration(),
                  weights -> open(builder, weights),
                  new Cosines(0.9, 0.5),
                  count -> {});

          assertThat(chosen.losses()).isEmpty();
          assertThat(chosen.integers())
              .containsAll(LinearLayers.ofImages(state.architecture()))
              .doesNotContain("visual.conv1.weight", "visual.proj", "text_projection");
          return chosen;
        });
  }
}
