package org.openclip.models.catalogue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.encoder.ModelSize;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.models.resource.ModuleResource;

/**
 * The catalogue of OpenCLIP's built-in models, with one JSON file for each, listed in {@code
 * models.txt}. Only models whose towers are in this module are listed.
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

  /** Looks the model up in {@code sizes.txt}, which a test compares with the models themselves. */
  @Override
  public Optional<ModelSize> size(String model) {
    return Optional.ofNullable(Sizes.BY_NAME.get(model));
  }

  /**
   * Reads {@code pretrained.txt}: the tags of the reference, including those of its audio models.
   */
  @Override
  public List<PretrainedTag> pretrained() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(resource("pretrained.txt"), StandardCharsets.UTF_8))) {
      return PretrainedTable.read(lines.lines());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Read when the first size is asked for. */
  private static final class Sizes {
    static final Map<String, ModelSize> BY_NAME = new HashMap<>();

    static {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(resource("sizes.txt"), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          String[] cells = line.split(" ", -1);
          BY_NAME.put(
              cells[0],
              new ModelSize(
                  Long.parseLong(cells[1]),
                  Long.parseLong(cells[2]),
                  Long.parseLong(cells[3]),
                  Integer.parseInt(cells[4]),
                  Integer.parseInt(cells[5]),
                  Integer.parseInt(cells[6]),
                  Integer.parseInt(cells[7]),
                  Long.parseLong(cells[8]),
                  Long.parseLong(cells[9]),
                  Long.parseLong(cells[10])));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static InputStream resource(String name) throws IOException {
    return ModuleResource.open(OpenClipCatalogue.class, name);
  }
}
