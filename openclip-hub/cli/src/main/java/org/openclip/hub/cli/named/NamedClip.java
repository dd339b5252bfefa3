package org.openclip.hub.cli.named;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.model.ModelFolder;

/** A model of images and texts (CLIP, SigLIP, CoCa), by its name. */
record NamedClip(ModelBuilder builder) implements NamedModel {
  static NamedModel of(Request request, PluginRegistry plugins) {
    FetchOptions fetching = request.fetching();
    ModelBuilder builder =
        OpenClip.model(request.name())
            .plugins(plugins)
            .offline(fetching.offline())
            .onFetch(fetching.listener());
    Path cache = fetching.cacheFolder();
    if (cache != null) {
      builder.cacheFolder(cache);
    }
    String pretrained = request.pretrained();
    if (pretrained != null) {
      builder.pretrained(pretrained);
    }
    return new NamedClip(builder);
  }

  private Architecture architecture() {
    return builder.architecture();
  }

  @Override
  public Map<String, Object> facts(Environment environment) {
    return ImageFacts.of(architecture(), builder.preprocessing(), environment);
  }

  @Override
  public Map<String, Object> config() {
    return architecture().config().toJson();
  }

  @Override
  public Map<String, Parameter> parameters() {
    return architecture().parameters();
  }

  @Override
  public Optional<String> fingerprint() {
    try {
      return Optional.of(builder.offline(true).fingerprint());
    } catch (OpenClipException e) {
      // It has no weights, or they are elsewhere; whoever loads it is told.
      return Optional.empty();
    }
  }

  @Override
  public Path fetch() {
    return builder.fetch();
  }

  @Override
  public void write(Path folder, WeightSource weights, Map<String, String> metadata) {
    ModelFolder.write(folder, architecture().config(), builder.preprocessing(), weights, metadata);
  }
}
