package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Program;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.Goldens;

/**
 * Options of text towers that no golden has, by recipe weights: the modern transformer against the
 * reference itself, BERT, mT5 and ModernBERT against their formulas in PyTorch, all in float64.
 */
class TextTowersTest {
  private static final PluginRegistry PLUGINS = PluginRegistry.create();

  @TestFactory
  Stream<DynamicTest> everyTowerAnswersAlikeAndTheSameWhenPaddingIsCutOff() throws IOException {
    try (InputStream json = TextTowersTest.class.getResourceAsStream("text-towers.json")) {
      List<Object> cases = JSON.std.listFrom(Objects.requireNonNull(json));
      assertThat(cases).hasSizeGreaterThanOrEqualTo(10);
      return cases.stream()
          .map(Goldens::map)
          .map(c -> DynamicTest.dynamicTest((String) c.get("name"), () -> compare(c)))
          .toList()
          .stream();
    }
  }

  private static void compare(Map<String, Object> golden) {
    // given
    double[][] expected = Goldens.matrix(Goldens.get(golden, "text_features"));
    Architecture architecture = architecture(golden, expected[0].length);
    Tokens tokens = Goldens.tokens(Goldens.get(golden, "tokens"));
    assertThat(shapes(architecture)).isEqualTo(expectedShapes(golden));
    try (Backend backend = PLUGINS.preferred(BackendProvider.class).open(BackendOptions.DEFAULT);
        Program program =
            backend.compile(
                architecture.textGraph(), FreshWeights.hash(architecture).toWeights())) {
      // when
      Embeddings whole = run(program, tokens, 0, tokens.size(), tokens.length());

      // then
      Goldens.assertClose("whole", whole, expected, 5e-5);
      for (int i = 0; i < tokens.size(); i++) {
        int used = architecture.textEncoder().usedLength(tokens.row(i));
        Embeddings alone = run(program, tokens, i, i + 1, used);
        Goldens.assertClose("row " + i, alone, new double[][] {expected[i]}, 5e-5);
      }
    }
  }

  private static Architecture architecture(Map<String, Object> golden, int embedDim) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("embed_dim", embedDim);
    config.put("vision_cfg", Map.of("image_size", 16, "layers", 1, "width", 64));
    config.put("text_cfg", Goldens.get(golden, "text_cfg"));
    return Architecture.of(ModelConfig.of(config), PLUGINS);
  }

  private static Embeddings run(Program program, Tokens tokens, int from, int to, int length) {
    long[] ids = new long[(to - from) * length];
    for (int i = from; i < to; i++) {
      System.arraycopy(tokens.row(i), 0, ids, (i - from) * length, length);
    }
    Tensor input = Tensor.of(ids, to - from, length);
    Tensor features =
        Objects.requireNonNull(
            program.run(Map.of(Architecture.TOKENS, input)).get(Architecture.FEATURES));
    return Embeddings.of((int) features.shape()[1], features.toFloats());
  }

  private static Map<String, List<Long>> shapes(Architecture architecture) {
    Map<String, List<Long>> shapes = new TreeMap<>();
    architecture
        .textGraph()
        .parameters()
        .forEach(p -> shapes.put(p.name(), Arrays.stream(p.shape().sizes()).boxed().toList()));
    return shapes;
  }

  private static Map<String, List<Long>> expectedShapes(Map<String, Object> golden) {
    Map<String, List<Long>> shapes = new TreeMap<>();
    Goldens.map(Goldens.get(golden, "state_dict"))
        .forEach(
            (name, shape) ->
                shapes.put(
                    name, ((List<?>) shape).stream().map(n -> ((Number) n).longValue()).toList()));
    return shapes;
  }
}
