package org.openclip.hub.cli.named;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.checkpoint.WeightSource;

/** A model that was found by its name, of any kind, without its weights. */
public sealed interface NamedModel permits NamedClap, NamedClip, NamedGenerative {
  /**
   * What a user says of a model.
   *
   * @param name as the hub takes it
   * @param pretrained the weights; null when none are named
   * @param fetching how files are fetched
   */
  record Request(String name, @Nullable String pretrained, FetchOptions fetching) {}

  /** Finds a model. The kinds are tried one after the other; the last one is CLIP. */
  static NamedModel find(Request request, PluginRegistry plugins) {
    return NamedClap.find(request, plugins)
        .or(() -> NamedGenerative.find(request, plugins))
        .orElseGet(() -> NamedClip.of(request, plugins));
  }

  /** Returns what {@code info} shows of the model, without its configuration. */
  Map<String, Object> facts(Environment environment);

  /** Returns {@code model_cfg}. */
  Map<String, Object> config();

  /** Returns the parameters by name, without copies of other ones. */
  Map<String, Parameter> parameters();

  /** Returns the fingerprint of a model whose weights are on this machine and whole. */
  default Optional<String> fingerprint() {
    return Optional.empty();
  }

  /** Downloads what the model needs, and returns its checkpoint. */
  Path fetch();

  /**
   * Writes the folder of the model.
   *
   * @param weights without copies
   * @param metadata of the file of the weights
   */
  void write(Path folder, WeightSource weights, Map<String, String> metadata);
}
