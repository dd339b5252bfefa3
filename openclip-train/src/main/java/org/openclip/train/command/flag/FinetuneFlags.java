package org.openclip.train.command.flag;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of fine-tuning: frozen parameters, layer decay and augmentation. */
public final class FinetuneFlags {
  @Option(
      names = "--head-only",
      description = "Trains the classifier only and freezes the image tower.")
  public boolean headOnly;

  @Option(
      names = "--image-layer-decay",
      paramLabel = "D",
      description =
          "Layer-wise learning rate decay: each layer group of the image tower has D times the"
              + " learning rate of the next one.")
  public @Nullable Double layerDecay;

  public @Mixin AugmentationFlag variations = new AugmentationFlag();

  /**
   * Returns the backend that trains.
   *
   * @param named the one that the user named
   */
  public static BackendProvider backend(PluginRegistry plugins, Optional<String> named) {
    if (named.isEmpty()) {
      return plugins
          .first(BackendProvider.class, BackendProvider::trains)
          .orElseThrow(
              () ->
                  new OpenClipException("no installed backend can train; add openclip-backend-tf"));
    }
    BackendProvider provider = plugins.named(BackendProvider.class, named.get());
    if (!provider.trains()) {
      throw new UsageException("--backend " + named.get() + " cannot train; use tf");
    }
    return provider;
  }
}
