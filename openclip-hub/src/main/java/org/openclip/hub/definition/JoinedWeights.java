package org.openclip.hub.definition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openclip.api.spi.PluginRegistry;

/**
 * The weights of several files as one, for models whose towers are published apart.
 *
 * @param parts the files
 */
record JoinedWeights(List<ChosenWeights> parts) implements ChosenWeights {
  /** Stands between the names of the files. */
  private static final String PLUS = " + ";

  /** Copies the list. */
  JoinedWeights {
    parts = List.copyOf(parts);
  }

  /** Returns the first file; the others are fetched as well. */
  @Override
  public Path file() {
    return parts.stream().map(ChosenWeights::file).toList().get(0);
  }

  @Override
  public String name() {
    return parts.stream().map(ChosenWeights::name).collect(Collectors.joining(PLUS));
  }

  @Override
  public Open open(PluginRegistry plugins) {
    List<Open> opened = new ArrayList<>();
    try {
      parts.forEach(part -> opened.add(part.open(plugins)));
      Map<String, String> metadata = new LinkedHashMap<>();
      opened.forEach(part -> metadata.putAll(part.metadata()));
      return new Open(name(), new JoinedTensors(opened), metadata);
    } catch (RuntimeException e) {
      opened.forEach(part -> part.weights().close());
      throw e;
    }
  }
}
