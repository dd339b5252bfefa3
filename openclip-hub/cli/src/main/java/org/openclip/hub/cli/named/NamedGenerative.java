package org.openclip.hub.cli.named;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.hub.generative.GenerativeModel;
import org.openclip.hub.model.ModelFolder;

/** A generative model (GenLIP, GenLAP), by its name. */
record NamedGenerative(GenerativeBuilder builder, GenerativeArchitecture architecture)
    implements NamedModel {
  static Optional<NamedModel> find(Request request, PluginRegistry plugins) {
    GenerativeBuilder builder =
        GenerativeModel.builder(request.name()).plugins(plugins).fetching(request.fetching());
    String pretrained = request.pretrained();
    if (pretrained != null) {
      builder.pretrained(pretrained);
    }
    return builder.find().map(architecture -> new NamedGenerative(builder, architecture));
  }

  @Override
  public Map<String, Object> facts(Environment environment) {
    return GenerativeFacts.of(architecture, environment);
  }

  @Override
  public Map<String, Object> config() {
    return architecture.config();
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
    ModelFolder.write(folder, architecture, weights, metadata);
  }
}
