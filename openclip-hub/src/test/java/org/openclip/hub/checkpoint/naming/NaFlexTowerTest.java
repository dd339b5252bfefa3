package org.openclip.hub.checkpoint.naming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.Graph;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.RecipeTensors;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.Interpreter;

/** Image towers that were converted to NaFlex have the features that the reference computed. */
class NaFlexTowerTest {
  private static final PluginRegistry PLUGINS = PluginRegistry.create();

  private static Map<String, Object> fixture() throws IOException {
    return Goldens.object(Fixtures.path("naflex").resolve("converted.json"));
  }

  static Stream<String> names() throws IOException {
    return ((List<?>) Goldens.get(fixture(), "cases"))
        .stream().map(each -> (String) Goldens.get(Goldens.map(each), "name"));
  }

  private static Map<String, Object> named(String name) throws IOException {
    return ((List<?>) Goldens.get(fixture(), "cases"))
        .stream()
            .map(Goldens::map)
            .filter(each -> name.equals(Goldens.get(each, "name")))
            .findFirst()
            .orElseThrow();
  }

  /** Returns the weights of the tower before it was converted, and of the rest of the model. */
  private static Weights weights(ModelConfig config) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Architecture.of(config, PLUGINS)
        .parameters()
        .forEach(
            (name, parameter) -> {
              List<Long> shape = Arrays.stream(parameter.shape().sizes()).boxed().toList();
              tensors.put(name, RecipeTensors.of(name, shape));
            });
    return Weights.of(tensors);
  }

  @ParameterizedTest
  @MethodSource("names")
  void aConvertedTowerSeesImagesOfAnyShapeAsTheReferenceDoes(String name) throws IOException {
    Map<String, Object> expected = named(name);
    ModelConfig config = ModelConfig.of(Goldens.map(Goldens.get(expected, "model_cfg")));
    Architecture converted = Architecture.of(Architecture.naflex(config, PLUGINS), PLUGINS);

    Weights weights = StateDict.load("the checkpoint", weights(config), name, converted);

    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    converted
        .parameters()
        .forEach((n, p) -> shapes.put(n, Arrays.stream(p.shape().sizes()).boxed().toList()));
    for (Object entry : (List<?>) Goldens.get(expected, "state_dict")) {
      List<?> pair = (List<?>) entry;
      long[] shape =
          Arrays.stream(Goldens.doubles(pair.get(1))).mapToLong(side -> (long) side).toArray();
      assertThat(shapes).containsEntry((String) pair.get(0), longs(shape));
    }
    assertThat(shapes.keySet().stream().filter(n -> n.startsWith("visual.")))
        .hasSameSizeAs((List<?>) Goldens.get(expected, "state_dict"));
    assertClose(
        "lists of patches",
        converted.patchGraph().orElseThrow(),
        weights,
        patches(),
        Goldens.get(expected, "image_features"));
    float[] pixels = numbers("pixels", 2 * 3 * 12 * 12);
    assertClose(
        "whole images",
        converted.imageGraph(),
        weights,
        Map.of(Architecture.PIXELS, Tensor.of(pixels, 2, 3, 12, 12)),
        Goldens.get(expected, "pixel_features"));
  }

  private static List<Long> longs(long[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  private static float[] numbers(String name, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = FreshWeights.uniform(FreshWeights.fnv1a(name), i);
    }
    return numbers;
  }

  /** Returns images of several shapes, padded to the same length. */
  private static Map<String, Tensor> patches() throws IOException {
    Map<String, Object> fixture = fixture();
    int patch = ((Number) Goldens.get(fixture, "patch")).intValue();
    int length = ((Number) Goldens.get(fixture, "length")).intValue();
    List<PatchGrid> grids = new ArrayList<>();
    for (Object shape : (List<?>) Goldens.get(fixture, "shapes")) {
      double[] sides = Goldens.doubles(shape);
      grids.add(new PatchGrid((int) sides[0], (int) sides[1], patch));
    }
    int row = 3 * patch * patch;
    ByteBuffer all = Tensor.allocate(4L * grids.size() * length * row);
    for (int i = 0; i < grids.size(); i++) {
      float[] numbers = numbers("patches:" + i, grids.get(i).size() * row);
      all.asFloatBuffer().put(i * length * row, numbers);
    }
    return PatchInputs.of(all, grids, length);
  }

  private static void assertClose(
      String what, Graph graph, Weights weights, Map<String, Tensor> inputs, Object expected) {
    double[] actual = Interpreter.run(graph, weights, inputs).get(Architecture.FEATURES).data();
    double[][] rows = Goldens.matrix(expected);
    for (int i = 0; i < rows.length; i++) {
      int width = rows[i].length;
      double[] row = Arrays.copyOfRange(actual, i * width, (i + 1) * width);
      assertThat(Goldens.relative(row, rows[i])).as("%s row %d", what, i).isLessThan(5e-6);
    }
    assertThat(actual).hasSize(rows.length * rows[0].length);
  }

  @ParameterizedTest
  @CsvSource({
    "'image_size=12,layers=[1 1 1 1],width=8', cannot be converted to NaFlex",
    "'image_size=12,patch_size=4,width=64,layers=1,pool_type=avg', pool_type: is avg",
    "'image_size=12,patch_size=4,width=64,layers=1,no_ln_pre=true', no_ln_pre: is true",
    "'image_size=12,patch_size=4,width=64,layers=1,qk_norm=true', qk_norm: is true",
    "'image_size=[12 8],patch_size=[4 8],width=64,layers=1', patch_size: is not square",
    "'image_size=12,timm_model_name=resnet50', 'resnet50'",
    "'image_size=64,timm_model_name=convnext_tiny', cannot be converted to NaFlex",
    "'image_size=224,timm_model_name=eva02_enormous_patch14_clip_224', it has use_post_norm",
    "'image_size=224,timm_model_name=vit_base_mci_224', it has stem",
    "'image_size=224,timm_model_name=vit_relpos_medium_patch16_cls_224', it has rel_pos_dim",
  })
  void otherTowersAreRefusedWithTheReason(String keys, String message) {
    Map<String, Object> vision = new LinkedHashMap<>();
    for (String pair : keys.split(",", -1)) {
      vision.put(pair.split("=", -1)[0], value(pair.split("=", -1)[1]));
    }
    ModelConfig config =
        ModelConfig.of(
            Map.of("embed_dim", 8, "vision_cfg", vision, "text_cfg", Map.of("width", 64)));

    assertThatThrownBy(() -> Architecture.naflex(config, PLUGINS))
        .isInstanceOf(InvalidConfigException.class)
        .extracting(e -> e.getMessage().replace("'", ""))
        .asString()
        .contains(message.replace("'", ""));
  }

  private static Object value(String text) {
    if (text.startsWith("[")) {
      return Arrays.stream(text.substring(1, text.length() - 1).split(" ", -1))
          .map(Integer::valueOf)
          .toList();
    }
    if (text.equals("true")) {
      return true;
    }
    return text.matches("\\d+") ? (Object) Integer.valueOf(text) : text;
  }
}
