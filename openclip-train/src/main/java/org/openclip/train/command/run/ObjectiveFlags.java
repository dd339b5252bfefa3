package org.openclip.train.command.run;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.plan.Gathering;
import org.openclip.train.plan.TrainingGraphs;
import picocli.CommandLine.Option;

/** The flags of the training loss. */
public final class ObjectiveFlags {
  /** Logits up to this size are computed at once. */
  private static final long WHOLE_BYTES = 256L << 20;

  /** What logits of a tile take where they are too many; several such tensors live at a time. */
  private static final long TILE_BYTES = 16L << 20;

  @Option(
      names = "--coca-contrastive-loss-weight",
      paramLabel = "W",
      description = "The weight of CoCa's contrastive loss. Default: 1.")
  private double contrastiveWeight = 1;

  @Option(
      names = "--coca-caption-loss-weight",
      paramLabel = "W",
      description = "The weight of CoCa's caption loss. Default: 2.")
  private double captionWeight = 2;

  @Option(
      names = "--loss-tiles",
      paramLabel = "N",
      description =
          "Computes the contrastive loss in N tiles to save memory; 1 for no tiles. Default: by the"
              + " size of the logits.")
  private int tiles;

  /**
   * Returns the graphs of a model and its loss.
   *
   * @param siglip whether the loss is SigLIP's
   * @param teacherWidth of the features of the model that it learns from; 0 without one
   * @param together the processes that train
   */
  public TrainingGraphs graphs(
      Architecture architecture,
      PluginRegistry plugins,
      boolean siglip,
      int teacherWidth,
      Together together) {
    String loss = loss(architecture, siglip, teacherWidth);
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

  private static String loss(Architecture architecture, boolean siglip, int teacherWidth) {
    return teacherWidth > 0
        ? "distill"
        : siglip ? "siglip" : architecture.decoder().isPresent() ? "coca" : "clip";
  }

  /**
   * Returns how the loss is computed some rows at a time; null for all at once.
   *
   * @param graphs of the same model and loss
   * @param rows that this process has of a batch
   */
  public TrainingPlan.@Nullable Tiling tiling(
      TrainingGraphs graphs,
      Architecture architecture,
      PluginRegistry plugins,
      boolean siglip,
      int teacherWidth,
      Together together,
      long rows) {
    if (tiles < 0 || tiles > rows) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--loss-tiles must be from 0 to the %d samples of a process' batch, not %d",
              rows,
              tiles));
    }
    Gathering gathering = together.gathering(siglip);
    boolean cuttable = architecture.decoder().isEmpty() && gathering.cuttable();
    long bytes = 4 * rows * rows * gathering.ranks();
    long wanted = tiles > 0 ? tiles : bytes > WHOLE_BYTES ? bytes / TILE_BYTES : 1;
    return wanted == 1 || (tiles == 0 && !cuttable)
        ? null
        : graphs.tiling(
            architecture,
            plugins.named(LossProvider.class, loss(architecture, siglip, teacherWidth)),
            teacherWidth,
            gathering,
            (int) Math.min(rows, wanted));
  }
}
