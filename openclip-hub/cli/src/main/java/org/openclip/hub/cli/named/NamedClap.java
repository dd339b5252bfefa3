package org.openclip.hub.cli.named;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.audio.ClapBuilder;
import org.openclip.hub.audio.ClapModel;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.model.ModelFolder;

/** A model of sounds and texts (CLAP), by its name. */
record NamedClap(ClapBuilder builder, ClapArchitecture architecture) implements NamedModel {
  static Optional<NamedModel> find(Request request, PluginRegistry plugins) {
    ClapBuilder builder =
        ClapModel.builder(request.name()).plugins(plugins).fetching(request.fetching());
    String pretrained = request.pretrained();
    if (pretrained != null) {
      builder.pretrained(pretrained);
    }
    return builder.ofSound()
        ? Optional.of(new NamedClap(builder, builder.architecture()))
        : Optional.empty();
  }

  @Override
  public Map<String, Object> facts(Environment environment) {
    return SoundFacts.of(architecture, environment);
  }

  @Override
  public Map<String, Object> config() {
    return architecture.config().toJson();
  }

  @Override
  public Map<String, Parameter> parameters() {
    return architecture.parameters();
  }

  @Override
  public Path fetch() {
    return builder.fetch();
  }

  @Override
  public void write(Path folder, WeightSource weights, Map<String, String> metadata) {
    ModelFolder.write(folder, architecture.config(), weights, metadata);
  }
}
