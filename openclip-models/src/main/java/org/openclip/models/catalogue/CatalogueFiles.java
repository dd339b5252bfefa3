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
import java.util.SequencedSet;
import java.util.stream.Stream;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.encoder.ModelSize;
import org.openclip.models.resource.ModuleResource;

/**
 * The resources of a catalogue: {@code models.txt} with the names, a JSON file in {@code configs}
 * for each, {@code sizes.txt} and {@code pretrained.txt}.
 *
 * @param folder what stands before their names; empty, or a path with a slash at its end
 */
record CatalogueFiles(String folder) {
  /** Returns the names of the models, in the order of the file. */
  SequencedSet<String> models() {
    SequencedSet<String> names = new LinkedHashSet<>();
    lines("models.txt").forEach(names::add);
    return names;
  }

  /** Opens the configuration of a model. */
  InputStream open(String model) throws IOException {
    return resource("configs/" + model + ".json");
  }

  /** Reads the table of pretrained weights. */
  List<PretrainedTag> pretrained() {
    return PretrainedTable.read(lines("pretrained.txt").stream());
  }

  /** Reads the sizes of the models, by name. */
  Map<String, ModelSize> sizes() {
    Map<String, ModelSize> sizes = new HashMap<>();
    for (String line : lines("sizes.txt")) {
      String[] cells = line.split(" ", -1);
      sizes.put(
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
    return sizes;
  }

  /** Returns the lines of a resource that are neither blank nor comments, which start with #. */
  List<String> lines(String name) {
    try (BufferedReader reader =
            new BufferedReader(new InputStreamReader(resource(name), StandardCharsets.UTF_8));
        Stream<String> lines = reader.lines()) {
      return lines.filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InputStream resource(String name) throws IOException {
    return ModuleResource.open(CatalogueFiles.class, folder + name);
  }
}
