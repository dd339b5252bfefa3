package org.openclip.models.timm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Interpreter;

/** Pools, sizes and options of the towers that see pictures as grids. */
class ConvolutionalTowersTest {
  private static final Map<String, Object> CONVNEXT =
      Map.of("depths", List.of(1, 1, 1, 1), "dims", List.of(2, 2, 2, 64));
  private static final Map<String, Object> SWIN =
      Map.of("depths", List.of(2, 2), "embed_dim", 4, "num_heads", List.of(1, 2));

  private final TimmImageEncoderProvider provider = new TimmImageEncoderProvider();

  @Test
  void anAttentionPoolWithLearntPositionsHasTimmsParameters() {
    Graph graph =
        graph(create("convnext_base", 64, "abs_attn", "linear", Map.of("timm_proj_bias", true)));

    assertThat(heads(graph))
        .containsOnly(
            Map.entry("visual.head.pool.pos_embed", "[50, 64]"),
            Map.entry("visual.head.pool.qkv.weight", "[192, 64]"),
            Map.entry("visual.head.pool.qkv.bias", "[192]"),
            Map.entry("visual.head.pool.proj.weight", "[8, 64]"),
            Map.entry("visual.head.pool.proj.bias", "[8]"),
            Map.entry("visual.head.proj.weight", "[8, 8]"),
            Map.entry("visual.head.proj.bias", "[8]"));
  }

  @Test
  void aRotaryAttentionPoolHasNoPositions() {
    assertThat(heads(graph(create("convnext_base", 64, "rot_attn", "", Map.of()))).keySet())
        .containsExactly(
            "visual.head.pool.proj.bias",
            "visual.head.pool.proj.weight",
            "visual.head.pool.qkv.bias",
            "visual.head.pool.qkv.weight");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAttentionPoolAttendsFromTheMeanWithPositionsOfEachPixel(boolean rotary) {
    // given a grid of 2 x 2 pixels, and positions for as many
    int width = 64;
    GraphBuilder g = new GraphBuilder("pool");
    var grid = g.input("grid", DataType.FLOAT32, Dim.BATCH, Dim.of(width), Dim.of(2), Dim.of(2));
    g.output("pooled", new GridAttentionPool(2, rotary, 3).encode(g, grid));
    Graph graph = g.build();
    Weights weights = draw(graph);
    float[] pixels = numbers(5, width * 4);

    // when it is pooled
    double[] pooled =
        Interpreter.run(graph, weights, Map.of("grid", Tensor.of(pixels, 1, width, 2, 2)))
            .get("pooled")
            .data();

    // then it is the attention of the mean, computed by the formula
    double[] expected = attend(weights, pixels, width, rotary);
    for (int i = 0; i < 3; i++) {
      assertThat(pooled[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  /** Returns what one head of 64 yields for the mean of 2 x 2 pixels. */
  private static double[] attend(Weights weights, float[] pixels, int width, boolean rotary) {
    float[] positions = rotary ? new float[5 * width] : weights.get("pos_embed").toFloats();
    double[][] rows = new double[5][width];
    for (int c = 0; c < width; c++) {
      for (int p = 0; p < 4; p++) {
        rows[p + 1][c] = pixels[c * 4 + p] + positions[(p + 1) * width + c];
        rows[0][c] += pixels[c * 4 + p] / 4.0;
      }
      rows[0][c] += positions[c];
    }
    float[] matrix = weights.get("qkv.weight").toFloats();
    float[] bias = weights.get("qkv.bias").toFloats();
    double[] query = times(matrix, bias, 0, width, rows[0]);
    double[] scores = new double[5];
    for (int p = 0; p < 5; p++) {
      double[] key = times(matrix, bias, width, width, rows[p]);
      if (rotary && p > 0) {
        key = turned(key, p > 2 ? 3.5 : 0, p % 2 == 0 ? 3.5 : 0);
      }
      for (int c = 0; c < width; c++) {
        scores[p] += query[c] * key[c] / 8;
      }
    }
    double sum = Arrays.stream(scores).map(Math::exp).sum();
    double[] context = new double[width];
    for (int p = 0; p < 5; p++) {
      double[] value = times(matrix, bias, 2 * width, width, rows[p]);
      for (int c = 0; c < width; c++) {
        context[c] += Math.exp(scores[p]) / sum * value[c];
      }
    }
    return times(
        weights.get("proj.weight").toFloats(), weights.get("proj.bias").toFloats(), 0, 3, context);
  }

  private static double[] times(float[] matrix, float[] bias, int from, int rows, double[] x) {
    double[] product = new double[rows];
    for (int row = 0; row < rows; row++) {
      product[row] = bias[from + row];
      for (int c = 0; c < x.length; c++) {
        product[row] += matrix[(from + row) * x.length + c] * x[c];
      }
    }
    return product;
  }

  /** Turns pairs of a key by the row in its first half, by the column in its second. */
  private static double[] turned(double[] key, double row, double column) {
    double[] turned = new double[key.length];
    for (int pair = 0; pair < 32; pair++) {
      double angle = (pair < 16 ? row : column) * Math.pow(10000, -(pair % 16) / 16.0);
      double a = key[2 * pair];
      double b = key[2 * pair + 1];
      turned[2 * pair] = a * Math.cos(angle) - b * Math.sin(angle);
      turned[2 * pair + 1] = b * Math.cos(angle) + a * Math.sin(angle);
    }
    return turned;
  }

  @ParameterizedTest
  @ValueSource(strings = {"avg", "max", "avgmax", ""})
  void everyPoolGivesFeaturesOfTheLastWidth(String pool) {
    Graph graph = graph(create("convnext_base", 64, pool, "linear", Map.of()));

    assertThat(heads(graph)).containsOnly(Map.entry("visual.head.proj.weight", "[8, 64]"));
  }

  @Test
  void anUnknownPoolIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> create("convnext_base", 64, "token", "linear", Map.of()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("vision_cfg.timm_pool")
        .hasMessageContaining("'token' is not one of avg, max, avgmax");
  }

  @Test
  void anAttentionPoolBehindATransformerIsRefused() {
    assertThatThrownBy(
            () -> create("vit_base_patch16_224", 224, "abs_attn", "", Map.of(), Map.of()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("is abs_attn, which needs a convolutional model");
  }

  @Test
  void patchDropoutIsRefusedWhereThereAreNoPatches() {
    assertThatThrownBy(
            () -> create("convnext_base", 64, "avg", "linear", Map.of("patch_dropout", 0.5)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("vision_cfg.patch_dropout");
  }

  @Test
  void aListOfAnotherLengthThanThereAreStagesIsRefused() {
    assertThatThrownBy(
            () ->
                create("fastvit_mci1", 64, "avg", "", Map.of(), Map.of("layers", List.of(1, 1, 1))))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("vision_cfg.timm_model_kwargs.embed_dims")
        .hasMessageContaining("4 numbers for 3 stages");
  }

  @Test
  void aListOfTheWrongTypeIsRefused() {
    for (Object wrong : List.of(List.of("two"), List.of(2.5, 1, 1, 1), "3,3,9,3")) {
      assertThatThrownBy(
              () -> create("convnext_base", 64, "avg", "linear", Map.of(), Map.of("depths", wrong)))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("vision_cfg.timm_model_kwargs.depths");
    }
  }

  @ParameterizedTest
  @CsvSource({"56, 56", "40, 72", "20, 36"})
  void swinTakesPicturesThatWindowsDoNotDivideEachByItself(int height, int width) {
    // given two pictures that windows of 7 patches of 4 pixels do not all divide
    Map<String, Object> options = new HashMap<>(SWIN);
    options.put("window_size", 7);
    Map<String, Object> more = Map.of("image_size", List.of(height, width));
    Graph graph = graph(create("swin_tiny_patch4_window7_224", 0, "", "linear", more, options));
    Weights weights = draw(graph);
    int size = 3 * height * width;
    float[] both = numbers(3, 2 * size);

    // when they run together, and the second alone
    double[] together = features(graph, weights, Tensor.of(both, 2, 3, height, width));
    float[] second = Arrays.copyOfRange(both, size, 2 * size);
    double[] alone = features(graph, weights, Tensor.of(second, 1, 3, height, width));

    // then it is the same to it
    for (int c = 0; c < 8; c++) {
      assertThat(together[8 + c]).isCloseTo(alone[c], within(1e-9));
    }
  }

  @Test
  void swinsTablesOfDistancesAreFittedToTheWindowsOfAnotherSize() {
    // given a table in which the bias is the number of columns apart
    String name = "visual.trunk.layers.0.blocks.0.attn.relative_position_bias_table";
    float[] table = new float[13 * 13];
    IntStream.range(0, 169).forEach(i -> table[i] = i % 13 - 6);
    Weights weights = Weights.of(Map.of(name, Tensor.of(table, 169, 1)));

    // when pictures are larger than those of the model
    ImageEncoder larger = create("swin_tiny_patch4_window7_224", 384, "", "linear", Map.of(), SWIN);
    Tensor fitted = larger.fit(weights, "visual.").get(name);

    // then windows grow along, and the bias still grows from left to right and not with the row
    assertThat(fitted.shape()).containsExactly(23 * 23, 1);
    float[] values = fitted.toFloats();
    assertThat(graphShape(larger, name)).isEqualTo("[529, 1]");
    for (int i = 1; i < 23; i++) {
      assertThat(values[i]).isGreaterThan(values[i - 1]);
      assertThat(values[i * 23]).isCloseTo(values[0], within(1e-5f));
    }
    assertThat(values[11]).isZero();
    assertThat(values[12]).isBetween(0.9f, 1.1f);
    assertThat(values[22]).isCloseTo(6, within(1e-4f));
  }

  private String graphShape(ImageEncoder encoder, String name) {
    return graph(encoder).parameters().stream()
        .filter(p -> p.name().equals(name))
        .map(p -> p.shape().toString())
        .findFirst()
        .orElseThrow();
  }

  private ImageEncoder create(
      String name, int size, String pool, String projection, Map<String, Object> more) {
    return create(name, size, pool, projection, more, CONVNEXT);
  }

  private ImageEncoder create(
      String name,
      int size,
      String pool,
      String projection,
      Map<String, Object> more,
      Map<String, Object> options) {
    Map<String, Object> vision = new HashMap<>();
    vision.put("timm_model_name", name);
    vision.put("image_size", size);
    vision.put("timm_pool", pool);
    vision.put("timm_proj", projection);
    vision.put("timm_model_kwargs", options);
    vision.putAll(more);
    return provider.create(new EncoderContext(vision, 8, false, true));
  }

  private static Graph graph(ImageEncoder encoder) {
    GraphBuilder graph = new GraphBuilder("image");
    List<Dim> dims =
        List.of(Dim.BATCH, Dim.of(3), Dim.of(encoder.height()), Dim.of(encoder.width()));
    var pixels = graph.input("pixels", DataType.FLOAT32, dims.toArray(Dim[]::new));
    graph.output("features", encoder.encode(graph.scope("visual"), pixels).features());
    return graph.build();
  }

  private static double[] features(Graph graph, Weights weights, Tensor pixels) {
    return Interpreter.run(graph, weights, Map.of("pixels", pixels)).get("features").data();
  }

  /** Returns the shapes of the parameters behind the trunk. */
  private static Map<String, String> heads(Graph graph) {
    Map<String, String> shapes = new TreeMap<>();
    graph.parameters().stream()
        .filter(p -> p.name().startsWith("visual.head."))
        .forEach(p -> shapes.put(p.name(), p.shape().toString()));
    return shapes;
  }

  private static Weights draw(Graph graph) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            p -> {
              int count = Math.toIntExact(p.shape().count().size());
              weights.put(
                  p.name(), Tensor.of(numbers(p.name().hashCode(), count), p.shape().sizes()));
            });
    return Weights.of(weights);
  }

  private static float[] numbers(int seed, int count) {
    Random random = new Random(seed);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (0.3 * random.nextGaussian());
    }
    return numbers;
  }
}
