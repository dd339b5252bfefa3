package org.openclip.models.catalogue;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.openclip.api.spi.ModelCatalogueProvider;

/**
 * OpenCLIP's own models: one JSON file for each, listed in {@code models.txt}. Only models whose
 * towers this module brings are listed.
 */
public final class OpenClipCatalogue implements ModelCatalogueProvider {
  /** Creates the provider. */
  public OpenClipCatalogue() {}

  @Override
  public String name() {
    return "openclip";
  }

  @Override
  public SequencedSet<String> models() {
    SequencedSet<String> names = new LinkedHashSet<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(resource("models.txt"), StandardCharsets.UTF_8))) {
      lines.lines().filter(line -> !line.isBlank()).forEach(names::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  @Override
  public InputStream open(String model) throws IOException {
    return resource("configs/" + model + ".json");
  }

  private static InputStream resource(String name) throws IOException {
    InputStream stream = OpenClipCatalogue.class.getResourceAsStream(name);
    if (stream == null) {
      throw new FileNotFoundException(name + " is not in openclip-models");
    }
    return stream;
  }
}
