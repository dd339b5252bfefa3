package org.openclip.models.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.encoder.ClapSize;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.PluginRegistry;

/** The models of sound are those of the reference, by name and configuration. */
class SoundCatalogueTest {
  private static final Path REFERENCE = Path.of(System.getProperty("openclip.reference"));
  private static final SoundCatalogue CATALOGUE = new SoundCatalogue();

  private static Map<String, Object> config(String name) throws IOException {
    try (InputStream json = CATALOGUE.open(name)) {
      return JSON.std.mapFrom(json.readAllBytes());
    }
  }

  private static ClapSize size(String name) throws IOException {
    return ClapArchitecture.of(ClapConfig.of(config(name)), PluginRegistry.create()).size();
  }

  @Test
  void configurationsAreThoseOfTheReference() throws IOException {
    Map<String, Object> reference =
        JSON.std.mapFrom(Files.readString(REFERENCE.resolve("model-configs.json")));
    reference
        .keySet()
        .removeIf(name -> !name.startsWith("CLAP-") && !name.startsWith("naflexclap_"));

    assertThat(CATALOGUE.models())
        .hasSize(19)
        .containsExactlyInAnyOrderElementsOf(reference.keySet());
    for (String name : CATALOGUE.models()) {
      assertThat(config(name)).as(name).isEqualTo(reference.get(name));
    }
  }

  @Test
  void everyModelCanBeBuiltAndHasASize() throws IOException {
    for (String name : CATALOGUE.models()) {
      ClapSize size = size(name);

      boolean whisper = name.contains("Whisper");
      assertThat(size.sampleRate()).as(name).isEqualTo(whisper ? 16000 : 48000);
      assertThat(size.seconds()).as(name).isBetween(whisper ? 30 : 10.0, whisper ? 30 : 10.3);
      assertThat(size.contextLength()).as(name).isEqualTo(contextLength(name));
      assertThat(size.parameters())
          .as(name)
          .isEqualTo(size.audioParameters() + size.textParameters() + 1);
      assertThat(size.audioFlops())
          .as(name)
          .isGreaterThan(name.endsWith("_test") ? 1_000_000 : 1_000_000_000);
    }
  }

  private static int contextLength(String name) {
    if (name.endsWith("_test")) {
      return 32;
    }
    return name.contains("moderntext") ? 256 : 77;
  }

  @Test
  void tagsBelongToListedModels() {
    assertThat(new OpenClipCatalogue().pretrained())
        .filteredOn(tag -> CATALOGUE.models().contains(tag.model()))
        .extracting(tag -> tag.model() + ":" + tag.tag())
        .containsExactly(
            "CLAP-HTSAT-tiny-Roberta-base:laion", "CLAP-HTSAT-tiny-Roberta-base-fused:laion");
  }
}
