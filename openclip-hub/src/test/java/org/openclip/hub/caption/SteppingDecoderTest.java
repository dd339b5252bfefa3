package org.openclip.hub.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Program;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.Incremental;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.Goldens;
import org.openclip.testkit.Fixtures;

/** What is kept from step to step changes no logit. */
class SteppingDecoderTest {
  private static final PluginRegistry PLUGINS = PluginRegistry.create();

  private static Backend backend;
  private static Weights weights;
  private static Program whole;
  private static Program step;
  private static Program once;
  private static Incremental.Steps steps;
  private static Tensor image;

  @BeforeAll
  static void compile() {
    Path golden = Fixtures.path("features/coca.json");
    Map<String, Object> json = Goldens.object(golden);
    ModelConfig config = ModelConfig.of(Goldens.map(Goldens.get(json, "model_cfg")));
    Architecture architecture = Architecture.of(config, PLUGINS);
    weights = FreshWeights.hash(architecture).toWeights();
    backend = PLUGINS.preferred(BackendProvider.class).open(BackendOptions.DEFAULT);
    var graph = architecture.captionGraph().orElseThrow();
    steps = Incremental.of(graph, Architecture.TOKENS).orElseThrow();
    whole = backend.compile(graph, weights);
    step = backend.compile(steps.step(), weights);
    once = backend.compile(steps.once(), weights);
    int height = architecture.imageEncoder().height();
    try (Program tower = backend.compile(architecture.imageGraph(), weights)) {
      image =
          tower
              .run(Map.of(Architecture.PIXELS, Goldens.picture("steps", 2, height, height)))
              .get(Architecture.IMAGE_TOKENS);
    }
  }

  @AfterAll
  static void close() {
    List.of(once, step, whole).forEach(Program::close);
    backend.close();
    weights.close();
  }

  @Test
  void beginningsMayBeReorderedRepeatedLeftOutAndNew() {
    // Three at a time, so that what is kept lies in several runs.
    Map<String, Tensor> pictures = Map.of(Architecture.IMAGE_TOKENS, image);
    Continuation stepping =
        new SteppingDecoder(new StepPrograms(once, step, steps.caches()), pictures, 3);
    Continuation running = new RunningDecoder(whole, pictures, 8);

    same(stepping, running, new long[][] {{7}, {7}}, 0, 1);
    same(stepping, running, new long[][] {{7, 1}, {7, 2}, {7, 1}, {7, 3}}, 1, 0, 0, 1);
    same(stepping, running, new long[][] {{7, 3, 9}, {7, 3, 8}, {7, 1, 0}, {7, 2, 4}}, 1, 1, 0, 0);
    same(stepping, running, new long[][] {{7, 3, 8, 5}}, 1);
    // Nothing was kept of these.
    same(stepping, running, new long[][] {{7, 6, 5, 4, 3}, {1, 2, 3, 4, 5}}, 0, 0);
  }

  private static void same(
      Continuation stepping, Continuation running, long[][] beginnings, int... pictures) {
    float[][] actual = stepping.next(List.of(beginnings), pictures);
    float[][] expected = running.next(List.of(beginnings), pictures);
    for (int i = 0; i < actual.length; i++) {
      for (int token = 0; token < actual[i].length; token++) {
        assertThat(actual[i][token]).isCloseTo(expected[i][token], within(2e-5f));
      }
    }
  }

  @Test
  @Tag("once")
  void everyModelWithACausalTextTowerKeepsWhatItHasComputed() {
    List<String> captioners =
        PLUGINS.all(ModelCatalogueProvider.class).stream()
            .flatMap(catalogue -> catalogue.models().stream())
            .filter(name -> name.startsWith("coca"))
            .toList();
    assertThat(captioners).isNotEmpty();
    for (String name : captioners) {
      Architecture architecture = OpenClip.model(name).plugins(PLUGINS).architecture();
      assertThat(architecture.captionGraph()).as(name).isPresent();
      // Text towers of language models look ahead, so each token changes what came before it.
      boolean causal = !architecture.config().text().containsKey("hf_model_name");
      assertThat(Incremental.of(architecture.captionGraph().get(), Architecture.TOKENS).isPresent())
          .as(name)
          .isEqualTo(causal);
    }
  }
}
