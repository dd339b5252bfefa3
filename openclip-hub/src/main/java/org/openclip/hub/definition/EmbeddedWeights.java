package org.openclip.hub.definition;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.checkpoint.SafetensorsFormat;
import org.openclip.hub.remote.ResourceFile;

/**
 * Weights that lie beside the class of the catalogue that names them. They are read from there into
 * memory: that needs no place to write, and what was copied once cannot be older than the jar.
 *
 * @param resource where they lie
 */
public record EmbeddedWeights(ResourceFile resource) implements ChosenWeights {
  private static final String ENDING = ".safetensors";

  /** Returns whether weights are read so: those in a jar or an image, as safetensors. */
  static boolean are(PretrainedTag tag) {
    String location = tag.locations().get(0);
    return tag.tag().equals(PretrainedTag.EMBEDDED)
        && !location.startsWith("file:")
        && location.endsWith(ENDING);
  }

  static EmbeddedWeights of(PretrainedTag tag, FetchOptions options) {
    return new EmbeddedWeights(ResourceFile.of(tag.locations().get(0), options));
  }

  @Override
  public Path file() {
    return resource.fetch(resource.chosen().orElseThrow());
  }

  @Override
  public String name() {
    return resource.toString();
  }

  @Override
  public Open open(PluginRegistry plugins) {
    String name = resource.toString();
    ByteBuffer bytes = resource.read();
    return new Open(
        name,
        SafetensorsFormat.open(name, bytes.duplicate()),
        SafetensorsFormat.metadata(name, bytes.duplicate()));
  }
}
