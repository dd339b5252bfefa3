package org.openclip.hub.definition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.openclip.api.InvalidFileException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * The weights of several files as one, for models whose towers are published apart.
 *
 * @param parts the files
 */
record JoinedWeights(List<ChosenWeights> parts) implements ChosenWeights {
  /** Stands between the places of the files. */
  static final String PLUS = " + ";

  /** Copies the list. */
  JoinedWeights {
    parts = List.copyOf(parts);
  }

  /** Returns the places of files that are one checkpoint together. */
  static List<String> places(String joined) {
    return List.of(joined.split(" \\+ ", -1));
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
      return new Open(name(), new Union(opened), metadata);
    } catch (RuntimeException e) {
      opened.forEach(part -> part.weights().close());
      throw e;
    }
  }

  /** The tensors of all files, each under a name that no other file has. */
  private static final class Union implements Weights {
    private final Map<String, Weights> owners = new LinkedHashMap<>();
    private final Set<Weights> all = new LinkedHashSet<>();

    Union(List<Open> parts) {
      for (Open part : parts) {
        for (String tensor : part.weights().names()) {
          if (owners.putIfAbsent(tensor, part.weights()) != null) {
            throw new InvalidFileException(
                part.name(),
                -1,
                "has a tensor %s, as has another of the files that are joined by '+'; each must be a tower of its own"
                    .formatted(tensor));
          }
        }
        all.add(part.weights());
      }
    }

    @Override
    public Set<String> names() {
      return owners.keySet();
    }

    @Override
    public Tensor get(String name) {
      Weights owner = owners.get(name);
      if (owner == null) {
        throw new UnknownNameException("weight", name, owners.keySet(), "");
      }
      return owner.get(name);
    }

    @Override
    public void close() {
      all.forEach(Weights::close);
    }
  }
}
