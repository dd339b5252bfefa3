package org.openclip.train.command;

import java.util.Map;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.train.plan.TrainingGraphs;
import picocli.CommandLine.Option;

/** The flags of what {@code openclip train} makes smaller. */
final class ObjectiveFlags {
  @Option(
      names = "--coca-contrastive-loss-weight",
      paramLabel = "W",
      description = "Of CoCa's two losses. Default: 1.")
  private double contrastiveWeight = 1;

  @Option(
      names = "--coca-caption-loss-weight",
      paramLabel = "W",
      description = "Of CoCa's two losses. Default: 2.")
  private double captionWeight = 2;

  /**
   * Returns the graphs of a model and its loss.
   *
   * @param siglip whether the loss is SigLIP's
   * @param teacherWidth of the features of the model that it learns from; 0 without one
   * @param together the processes that train
   */
  TrainingGraphs graphs(
      Architecture architecture,
      PluginRegistry plugins,
      boolean siglip,
      int teacherWidth,
      Together together) {
    String loss =
        teacherWidth > 0
            ? "distill"
            : siglip ? "siglip" : architecture.decoder().isPresent() ? "coca" : "clip";
    Map<String, Object> options =
        loss.equals("coca")
            ? Map.of("clip_loss_weight", contrastiveWeight, "caption_loss_weight", captionWeight)
            : Map.of();
    return TrainingGraphs.of(
        architecture,
        plugins.named(LossProvider.class, loss),
        options,
        teacherWidth,
        together.gathering(siglip));
  }
}
