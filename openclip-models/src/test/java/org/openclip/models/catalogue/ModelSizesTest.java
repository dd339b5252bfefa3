package org.openclip.models.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.encoder.ModelSize;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;

/** The sizes that the catalogue knows by heart are those of its models. */
class ModelSizesTest {
  private static final String LISTED =
      "openclip-models/src/main/resources/org/openclip/models/catalogue/";

  @Test
  void everyModelHasTheSizeThatIsListed() throws IOException {
    compare(new OpenClipCatalogue(), "");
  }

  @Test
  void everyModelOfTheOtherFamiliesHasTheSizeThatIsListed() throws IOException {
    compare(new FamilyCatalogue(), "families/");
  }

  private static void compare(ModelCatalogueProvider catalogue, String folder) throws IOException {
    // given
    Map<String, ModelSize> measured = measure(catalogue);

    // when
    Map<String, Optional<ModelSize>> listed = new LinkedHashMap<>();
    measured.keySet().forEach(name -> listed.put(name, catalogue.size(name)));

    // then
    Path measuredNow = Path.of("target", folder + "sizes.txt");
    Files.createDirectories(measuredNow.toAbsolutePath().getParent());
    Files.writeString(measuredNow, table(measured));
    measured.forEach(
        (name, size) ->
            assertThat(listed.get(name))
                .as(
                    "%s: if it has changed on purpose: cp openclip-models/%s %s%ssizes.txt"
                        .formatted(name, measuredNow, LISTED, folder))
                .contains(size));
  }

  @Test
  void unknownModelsHaveNoSize() {
    assertThat(new OpenClipCatalogue().size("ViT-B-31")).isEmpty();
    assertThat(new FamilyCatalogue().size("ViT-B-31")).isEmpty();
  }

  private static Map<String, ModelSize> measure(ModelCatalogueProvider catalogue)
      throws IOException {
    PluginRegistry plugins = PluginRegistry.create();
    Map<String, ModelSize> sizes = new LinkedHashMap<>();
    for (String name : catalogue.models()) {
      try (InputStream json = catalogue.open(name)) {
        ModelConfig config = ModelConfig.of(JSON.std.mapFrom(json.readAllBytes()));
        sizes.put(name, Architecture.of(config, plugins).size());
      }
    }
    return sizes;
  }

  /** Returns the content that {@code sizes.txt} should have. */
  private static String table(Map<String, ModelSize> sizes) {
    StringBuilder text = new StringBuilder();
    sizes.forEach(
        (name, s) ->
            text.append(
                "%s %s %s %s %s %s %s %s %s %s %s\n"
                    .formatted(
                        name,
                        s.imageParameters(),
                        s.textParameters(),
                        s.parameters(),
                        s.height(),
                        s.width(),
                        s.contextLength(),
                        s.embedDim(),
                        s.imageFlops(),
                        s.textFlops(),
                        s.decoderFlops())));
    return text.toString();
  }
}
