package org.openclip.models.timm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.Graph;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Interpreter;

/** The graph for pictures of any size agrees with the graphs for pictures of one size. */
class NaFlexTest {
  private static final int PATCH = 4;
  private static final int NUMBERS = PATCH * PATCH * 3;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "naflexvit_base_patch16_siglip",
        "naflexvit_base_patch16_gap",
        "naflexvit_base_patch16_map",
        "naflexvit_base_patch16_siglip bilinear"
      })
  void picturesOfAnySizeGiveWhatATowerOfTheirSizeGives(String name) {
    // given two pictures of different shapes, the smaller one larger in one direction
    List<PatchGrid> grids = List.of(new PatchGrid(3, 5, PATCH), new PatchGrid(7, 1, PATCH));
    Weights weights = draw(architecture(name, grids.get(0)).imageGraph());
    int length = 15;
    float[] patches = new float[grids.size() * length * NUMBERS];
    long[] places = new long[grids.size() * length * 2];
    var valid = Tensor.allocate((long) grids.size() * length);
    float[][] alone = new float[grids.size()][];
    for (int i = 0; i < grids.size(); i++) {
      PatchGrid grid = grids.get(i);
      float[] pixels = numbers(i, 3 * grid.height() * grid.width());
      Tensor picture = Tensor.of(pixels, 1, 3, grid.height(), grid.width());
      alone[i] =
          features(
              architecture(name, grid).imageGraph(), weights, Map.of(Architecture.PIXELS, picture));
      grid.cut(
          FloatBuffer.wrap(pixels),
          FloatBuffer.wrap(patches, i * length * NUMBERS, grid.size() * NUMBERS));
      for (int p = 0; p < length; p++) {
        boolean there = p < grid.size();
        places[(i * length + p) * 2] = there ? p / grid.columns() : 0;
        places[(i * length + p) * 2 + 1] = there ? p % grid.columns() : 0;
        valid.put(i * length + p, (byte) (there ? 1 : 0));
      }
    }

    // when they run in one batch
    Graph graph = architecture(name, grids.get(0)).patchGraph().orElseThrow();
    float[] together =
        features(
            graph,
            weights,
            Map.of(
                Architecture.PATCHES, Tensor.of(patches, grids.size(), length, NUMBERS),
                Architecture.PATCH_COORDINATES, Tensor.of(places, grids.size(), length, 2),
                Architecture.PATCH_VALID, Tensor.of(DataType.BOOL, valid, grids.size(), length)));

    // then each has the features that it has alone
    for (int i = 0; i < grids.size(); i++) {
      for (int c = 0; c < 8; c++) {
        assertThat(together[i * 8 + c]).isCloseTo(alone[i][c], within(1e-5f));
      }
    }
  }

  private static Architecture architecture(String name, PatchGrid grid) {
    Map<String, Object> vision =
        Map.of(
            "image_size",
            List.of(grid.height(), grid.width()),
            "timm_model_name",
            name.replace(" bilinear", ""),
            "timm_pool",
            name.endsWith("gap") ? "avg" : "map",
            "timm_model_kwargs",
            Map.of(
                "embed_dim",
                16,
                "depth",
                2,
                "num_heads",
                2,
                "patch_size",
                PATCH,
                "pos_embed_interp_mode",
                name.endsWith("bilinear") ? "bilinear" : "bicubic",
                "pos_embed_grid_size",
                List.of(4, 3)));
    Map<String, Object> text =
        Map.of("context_length", 4, "vocab_size", 9, "width", 8, "heads", 2, "layers", 1);
    return Architecture.of(
        ModelConfig.of(Map.of("embed_dim", 8, "vision_cfg", vision, "text_cfg", text)),
        PluginRegistry.create());
  }

  private static Weights draw(Graph graph) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            p -> {
              float[] values = numbers(p.name().hashCode(), (int) p.shape().count().size());
              weights.put(p.name(), Tensor.of(values, p.shape().sizes()));
            });
    return Weights.of(weights);
  }

  private static float[] numbers(int seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() * 0.4f;
    }
    return values;
  }

  private static float[] features(Graph graph, Weights weights, Map<String, Tensor> inputs) {
    double[] result = Interpreter.run(graph, weights, inputs).get(Architecture.FEATURES).data();
    float[] values = new float[result.length];
    for (int i = 0; i < result.length; i++) {
      values[i] = (float) result[i];
    }
    return values;
  }
}
