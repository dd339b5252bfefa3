package org.openclip.models.clip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;

/** Every listed model, built on paper, has the reference's state dictionary. */
class StateDictTest {
  private static final Path REFERENCE = Path.of(System.getProperty("openclip.reference"));

  /** The table lacks it; HfTextEncoderTest holds its numbers against the paper's. */
  private static final Set<String> UNKNOWN_TO_THE_REFERENCE =
      Set.of("gte-modernbert-base-ViT-B-32-256");

  @Test
  void parametersOfEveryListedModelAreThoseOfTheReference() throws IOException {
    Map<String, Object> reference = read(REFERENCE.resolve("state-dicts.json.gz"));
    PluginRegistry plugins = PluginRegistry.create();
    int checked = 0;
    ModelCatalogueProvider catalogue = plugins.named(ModelCatalogueProvider.class, "openclip");
    for (String model : catalogue.models()) {
      if (UNKNOWN_TO_THE_REFERENCE.contains(model)) {
        continue;
      }
      Map<?, ?> expected = (Map<?, ?>) reference.get(model);
      assertThat(expected).as(model).isNotNull();
      Architecture architecture;
      try (InputStream json = catalogue.open(model)) {
        architecture =
            Architecture.of(ModelConfig.of(JSON.std.mapFrom(json.readAllBytes())), plugins);
      }
      assertThat(shapes(architecture)).as(model).isEqualTo(shapes(expected));
      assertThat(architecture.parameterCount(""))
          .as(model)
          .isEqualTo(((Number) expected.get("parameter_count")).longValue());
      checked++;
    }
    assertThat(checked).isGreaterThanOrEqualTo(45);
  }

  private static Map<String, List<Long>> shapes(Architecture architecture) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    architecture
        .parameters()
        .forEach((name, p) -> shapes.put(name, Arrays.stream(p.shape().sizes()).boxed().toList()));
    return shapes;
  }

  private static Map<String, List<Long>> shapes(Map<?, ?> reference) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(reference.get("state_dict")))
        .forEach(
            (name, shape) ->
                shapes.put(
                    (String) name,
                    ((List<?>) shape).stream().map(n -> ((Number) n).longValue()).toList()));
    return shapes;
  }

  private static Map<String, Object> read(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return JSON.std.mapFrom(in.readAllBytes());
    }
  }
}
