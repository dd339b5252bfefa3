package org.openclip.hub.definition;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.io.ModelFiles;

/** The way to the file of a checkpoint, wherever it lies. */
public final class CheckpointFiles {
  private CheckpointFiles() {}

  /** Returns the checkpoint that a source chose, or else has; empty when it has none. */
  static Optional<Path> fetch(ModelSource source) {
    return source
        .chosen()
        .map(chosen -> safer(chosen, source))
        .or(() -> ModelFiles.checkpoint(source.names()))
        .map(name -> fetch(source, name));
  }

  /** Returns the same checkpoint in the format that cannot hold a program, if there is one. */
  private static String safer(String chosen, ModelSource source) {
    String other = chosen.replaceFirst("\\.(bin|pth)$", ".safetensors");
    return !other.equals(chosen) && source.names().contains(other) ? other : chosen;
  }

  private static Path fetch(ModelSource source, String name) {
    Path file = source.fetch(name);
    if (name.endsWith(ModelFiles.INDEX)
        && JsonObjects.read(file).get("weight_map") instanceof Map<?, ?> shards) {
      String folder = name.substring(0, name.lastIndexOf('/') + 1);
      for (Object shard : new TreeSet<>(shards.values())) {
        source.fetch(folder + shard);
      }
    }
    return file;
  }

  /** Returns the weights of a tag, which are fetched when they are asked for. */
  static ChosenWeights of(PretrainedTag tag, PluginRegistry plugins, FetchOptions options) {
    List<String> apart = PretrainedTag.files(tag.locations().get(0));
    if (apart.size() > 1) {
      return new JoinedWeights(
          apart.stream()
              .map(place -> (ChosenWeights) () -> fetch(tag, List.of(place), plugins, options))
              .toList());
    }
    return EmbeddedWeights.are(tag)
        ? EmbeddedWeights.of(tag, options)
        : () -> fetch(tag, tag.locations(), plugins, options);
  }

  /**
   * Returns the checkpoint of a tag, from the first of its places that has it.
   *
   * @throws FetchException when none has it; the failures of the others are suppressed ones
   */
  private static Path fetch(
      PretrainedTag tag, List<String> locations, PluginRegistry plugins, FetchOptions options) {
    FetchException failure = null;
    for (String location : locations) {
      try {
        ModelSource source = Sources.open(location, plugins, options);
        return fetch(source)
            .orElseThrow(() -> new FetchException(location, 404, "has no checkpoint", null));
      } catch (FetchException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure == null) {
      throw new InvalidInputException(tag.model() + ":" + tag.tag() + " has no location");
    }
    throw failure;
  }
}
