package org.openclip.models.timm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

class TimmTowersTest {
  private static final Path REFERENCE = Path.of(System.getProperty("openclip.reference"));

  private final TimmImageEncoderProvider provider = new TimmImageEncoderProvider();

  @Test
  void trunksHaveTheReferencesNamesAndShapesWhateverTheirTextTowers() throws IOException {
    // given every configuration whose image tower is one of timm's
    Map<String, Object> configs =
        JSON.std.mapFrom(REFERENCE.resolve("model-configs.json").toFile());
    Map<String, Object> dicts;
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(REFERENCE.resolve("state-dicts.json.gz")))) {
      dicts = JSON.std.mapFrom(in);
    }
    int checked = 0;
    for (String model : configs.keySet()) {
      Map<?, ?> config = (Map<?, ?>) configs.get(model);
      Map<String, Object> vision = object(config.get("vision_cfg"));
      if (!vision.containsKey("timm_model_name")) {
        continue;
      }
      // when it is built on paper
      int width = ((Number) config.get("embed_dim")).intValue();
      Graph graph = graph(provider.create(new EncoderContext(vision, width, false, false)));

      // then it holds the entries of the reference's state dictionary, and no others
      Map<String, String> expected = new TreeMap<>();
      object(object(dicts.get(model)).get("state_dict"))
          .forEach(
              (entry, shape) -> {
                if (entry.startsWith("visual.")) {
                  expected.put(entry, String.valueOf(shape));
                }
              });
      Map<String, String> actual = new TreeMap<>();
      graph.parameters().forEach(p -> actual.put(p.name(), Arrays.toString(p.shape().sizes())));
      assertThat(actual).as(model).isEqualTo(expected);
      checked++;
    }
    assertThat(checked).isEqualTo(86);
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> create("vit_base_patch16_siglip_225", Map.of()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("vision_cfg.timm_model_name")
        .hasMessageContaining("did you mean vit_base_patch16_siglip_224")
        .hasMessageContaining("eva02_base_patch16_clip_224");
  }

  @Test
  void anUnknownOptionIsRefusedWithTheNearestKnownOne() {
    assertThatThrownBy(() -> create("eva02_base_patch16_clip_224", Map.of("num_head", 3)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("vision_cfg.timm_model_kwargs.num_head")
        .hasMessageContaining("did you mean num_heads")
        .hasMessageContaining("swiglu_mlp");
  }

  @Test
  void anOptionOfTheWrongTypeIsRefused() {
    assertThatThrownBy(() -> create("vit_base_patch16_siglip_224", Map.of("depth", "two")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(
            "vision_cfg.timm_model_kwargs.depth': is two, but must be an integer");
  }

  @Test
  void headsThatDoNotDivideTheWidthAreRefused() {
    assertThatThrownBy(() -> create("vit_pe_core_base_patch16_224", Map.of("num_heads", 5)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("is 5, which does not divide the width 768");
  }

  @Test
  void positionsAreFittedToAnotherSizeButThoseOfTheClassTokenStay() {
    // given the positions of a class token and a grid of 2 x 2, all of it at 3
    float[] values = {7, 8, 3, 3, 3, 3, 3, 3, 3, 3};
    String name = "visual.trunk.pos_embed";
    Weights weights = Weights.of(Map.of(name, Tensor.of(values, 1, 5, 2)));
    ImageEncoder encoder = create("eva02_base_patch16_clip_224", Map.of());

    // when they are fitted to 14 x 14
    Tensor fitted = encoder.fit(weights, "visual.").get(name);

    // then the class token's stay, and the grid's are as even as they were
    assertThat(fitted.shape()).containsExactly(1, 197, 2);
    float[] result = fitted.toFloats();
    assertThat(Arrays.copyOf(result, 2)).containsExactly(7, 8);
    for (int i = 2; i < result.length; i++) {
      assertThat(result[i]).isBetween(2.99999f, 3.00001f);
    }
  }

  private ImageEncoder create(String name, Map<String, Object> options) {
    Map<String, Object> vision = new HashMap<>();
    vision.put("timm_model_name", name);
    vision.put("timm_pool", name.startsWith("eva") ? "token" : "map");
    vision.put("timm_proj", "none");
    vision.put("timm_model_kwargs", options);
    return provider.create(new EncoderContext(vision, 768, false, true));
  }

  private static Graph graph(ImageEncoder encoder) {
    GraphBuilder graph = new GraphBuilder("image");
    List<Dim> dims =
        List.of(Dim.BATCH, Dim.of(3), Dim.of(encoder.height()), Dim.of(encoder.width()));
    var pixels = graph.input("pixels", DataType.FLOAT32, dims.toArray(Dim[]::new));
    graph.output("features", encoder.encode(graph.scope("visual"), pixels).features());
    return graph.build();
  }

  private static Map<String, Object> object(Object json) {
    Map<String, Object> copy = new HashMap<>();
    if (json instanceof Map<?, ?> map) {
      map.forEach((key, value) -> copy.put(String.valueOf(key), value));
    }
    return copy;
  }
}
