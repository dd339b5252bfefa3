package org.openclip.models.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.openclip.api.config.PretrainedTag;

class EmbeddedCatalogueTest {
  private static final int MOST_BYTES = 12_000_000;

  private final EmbeddedCatalogue catalogue = new EmbeddedCatalogue();

  @Test
  void bringsItsWeights() throws IOException {
    PretrainedTag tag = catalogue.pretrained().get(0);

    assertThat(catalogue.models()).containsExactly(tag.model());
    try (InputStream weights = URI.create(tag.locations().get(0)).toURL().openStream()) {
      assertThat(weights.readAllBytes()).hasSizeBetween(1_000_000, MOST_BYTES);
    }
  }

  @Test
  void bringsItsConfiguration() throws IOException {
    try (InputStream config = catalogue.open("emoji-RN")) {
      assertThat(config.readAllBytes()).startsWith('{');
    }
  }
}
