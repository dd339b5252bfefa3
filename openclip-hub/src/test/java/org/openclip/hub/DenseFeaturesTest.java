package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.DenseForm;
import org.openclip.api.graph.DenseGraph;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageArea;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.DenseEncoder;
import org.openclip.api.model.DenseFeatures;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.HeatMap;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Array;
import org.openclip.testkit.Interpreter;
import org.openclip.testkit.Recipe;

/** Features of single patches, on the backend of this run. */
class DenseFeaturesTest {
  private static final Map<String, Object> TEXT =
      Map.of("context_length", 8, "vocab_size", 100, "width", 16, "heads", 2, "layers", 1);

  @TempDir private static Path folder;

  private static String model(String name, Map<String, Object> vision) {
    Map<String, Object> whole = new LinkedHashMap<>(Map.of("image_size", 32));
    whole.putAll(vision);
    Map<String, Object> config = Map.of("embed_dim", 16, "vision_cfg", whole, "text_cfg", TEXT);
    return TinyModels.write(folder.resolve(name), config);
  }

  private static Map<String, Object> transformer() {
    return Map.of("layers", 2, "width", 32, "patch_size", 8, "head_width", 16);
  }

  private static Map<String, Object> timm(String name, String pool, Map<String, Object> options) {
    return Map.of("timm_model_name", name, "timm_pool", pool, "timm_model_kwargs", options);
  }

  private static Map<String, Map<String, Object>> towers() {
    Map<String, Object> small =
        Map.of("embed_dim", 32, "depth", 2, "num_heads", 2, "patch_size", 8);
    Map<String, Map<String, Object>> towers = new LinkedHashMap<>();
    towers.put("vit", transformer());
    towers.put(
        "resnet", Map.of("layers", List.of(1, 1, 1, 1), "width", 8, "image_size", List.of(64, 32)));
    towers.put("siglip", timm("vit_base_patch16_siglip_224", "map", small));
    towers.put("naflex", timm("naflexvit_base_patch16_map", "map", small));
    towers.put(
        "convnext",
        timm("convnext_tiny", "", Map.of("depths", List.of(1, 1), "dims", List.of(8, 16))));
    return towers;
  }

  @Test
  void everyKindOfTowerComputesWhatItsGraphSays() {
    towers().forEach((name, vision) -> compare(name, model(name, vision)));
    compare("coca", TinyModels.write(folder.resolve("coca"), TinyModels.coca(50)));
  }

  private static void compare(String name, String folderName) {
    try (ClipModel model = OpenClip.load(folderName)) {
      var tower = model.architecture().imageEncoder();
      Tensor pixels = Recipe.picture("dense", 2, tower.height(), tower.width());
      Weights weights = FreshWeights.hash(model.architecture()).toWeights();
      for (DenseForm form : DenseForm.values()) {
        List<DenseFeatures> all = model.dense().encodePixels(pixels, form);

        DenseGraph dense = DenseGraph.of(model.architecture().imageGraph(), "features", form);
        Map<String, Array> expected =
            Interpreter.run(dense.graph(), weights, Map.of("pixels", pixels));
        same(name, expected.get(DenseGraph.TOKENS), all, f -> f.tokens().toArray());
        same(name, expected.get(DenseGraph.FEATURES), all, f -> f.features().toArray());
        if (expected.containsKey(DenseGraph.ATTENTION)) {
          same(
              name,
              expected.get(DenseGraph.ATTENTION),
              all,
              f -> f.attention().orElseThrow().toFloats());
        } else {
          assertThat(all.getFirst().attentionMap()).isEmpty();
        }
      }
    }
  }

  private interface Numbers {
    float[] of(DenseFeatures features);
  }

  private static void same(String name, Array expected, List<DenseFeatures> all, Numbers numbers) {
    int size = expected.data().length / 2;
    for (int i = 0; i < 2 * size; i++) {
      float actual = numbers.of(all.get(i / size))[i % size];
      assertThat(actual).as(name).isCloseTo((float) expected.data()[i], within(2e-4f));
    }
  }

  @Test
  void theMeanOfThePatchesIsTheVectorOfATowerThatPoolsByIt() {
    Map<String, Object> vision = new LinkedHashMap<>(transformer());
    vision.put("pool_type", "avg");
    try (ClipModel model = OpenClip.load(model("mean", vision))) {
      Tensor pixels = Recipe.picture("mean", 1, 32, 32);

      DenseFeatures dense = model.dense().encodePixels(pixels, DenseForm.TOKENS).getFirst();

      float[] pooled = model.encodePixels(pixels).row(0);
      for (int i = 0; i < pooled.length; i++) {
        double sum = 0;
        for (int patch = 0; patch < 16; patch++) {
          sum += dense.features().row(patch)[i];
        }
        assertThat(sum / 16).isCloseTo(pooled[i], within(1e-5));
      }
    }
  }

  @Test
  void anAttentionPoolsWeightsSumUpToOne() {
    try (ClipModel model = OpenClip.load(model("pool", towers().get("siglip")))) {
      Tensor pixels = Recipe.picture("pool", 1, 32, 32);

      float[] weights =
          model
              .dense()
              .encodePixels(pixels, DenseForm.TOKENS)
              .getFirst()
              .attention()
              .orElseThrow()
              .toFloats();

      for (int head = 0; head < 2; head++) {
        double sum = 0;
        for (int patch = 0; patch < 16; patch++) {
          sum += weights[head * 16 + patch];
        }
        assertThat(sum).isCloseTo(1, within(1e-5));
      }
    }
  }

  @Test
  void patchesLieWhereTheCropWasTaken() {
    try (ClipModel model = OpenClip.load(model("crop", transformer()))) {
      byte[] black = new byte[3 * 100 * 50];
      DenseFeatures dense = model.dense().encode(Image.rgb(100, 50, black));

      assertThat(dense.rows()).isEqualTo(4);
      assertThat(dense.area()).isEqualTo(new ImageArea(25, 0, 50, 50));
      HeatMap map = dense.attentionMap().orElseThrow();
      assertThat(map.at(24, 25)).isNaN();
      assertThat(map.at(50, 25)).isNotNaN();
      assertThat(map.pixels()).hasSize(5000);
    }
  }

  @Test
  void aNaFlexTowerSeesTheWholeImageInItsOwnShape() {
    try (ClipModel model = OpenClip.load(model("whole", towers().get("naflex")))) {
      DenseFeatures dense = model.dense().encode(Image.rgb(90, 30, new byte[3 * 90 * 30]));

      assertThat(dense.columns()).isGreaterThan(dense.rows());
      assertThat(dense.area()).isEqualTo(ImageArea.whole(90, 30));
      assertThat(dense.features().size()).isEqualTo(dense.rows() * dense.columns());
    }
  }

  @Test
  void mapsOfTextsAreCosines() {
    try (ClipModel model = OpenClip.load(model("cosine", transformer()))) {
      DenseFeatures dense = model.dense().encode(Image.rgb(40, 40, new byte[4800]));
      Embeddings texts = Embeddings.of(16, dense.features().row(3));

      List<HeatMap> maps = dense.similarities(texts);

      assertThat(maps).hasSize(1);
      assertThat(maps.getFirst().values()[3]).isCloseTo(1, within(1e-5f));
    }
  }

  @Test
  void aClosedModelAndPixelsOfAnotherSizeAreRefused() {
    ClipModel model = OpenClip.load(model("closed", transformer()));
    DenseEncoder dense = model.dense();
    Tensor wrong = Recipe.picture("wrong", 1, 16, 32);

    assertThatThrownBy(() -> dense.encodePixels(wrong, DenseForm.TOKENS))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("must be FLOAT32[n, 3, 32, 32]");
    model.close();
    assertThatThrownBy(() -> dense.encode(Image.rgb(1, 1, new byte[3])))
        .isInstanceOf(ClosedException.class);
  }
}
