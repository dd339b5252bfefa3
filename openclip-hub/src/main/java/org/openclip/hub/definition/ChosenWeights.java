package org.openclip.hub.definition;

import java.nio.file.Path;
import java.util.Map;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;

/** The weights that were chosen for a model. Nothing is fetched before it is asked for. */
public interface ChosenWeights {
  /** Returns their file on this machine, fetched if need be. */
  Path file();

  /** Returns what they are called: their file on this machine, fetched if need be. */
  default String name() {
    return file().toString();
  }

  /** Opens them; the caller closes them. */
  default Open open(PluginRegistry plugins) {
    Path file = file();
    return new Open(file.toString(), Checkpoints.open(file, plugins), Checkpoints.metadata(file));
  }

  /**
   * Weights that are open.
   *
   * @param name what they are called in messages
   * @param weights the tensors
   * @param metadata the free text that the file carries
   */
  record Open(String name, Weights weights, Map<String, String> metadata) {
    /** Copies the map. */
    public Open {
      metadata = Map.copyOf(metadata);
    }
  }
}
