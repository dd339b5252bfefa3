package org.openclip.train.command.run;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.naflex.LossFactor;
import org.openclip.train.naflex.LossScale;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.plan.Gathering;
import org.openclip.train.plan.ScaledLoss;
import org.openclip.train.plan.SoundGraphs;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.TextKeys;
import org.openclip.train.run.TrainingLoop;
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
      names = "--mask-duplicate-captions",
      description =
          "Leaves pairs of different samples with the same caption out of the contrastive loss,"
              + " which otherwise counts them as negatives.")
  private boolean masks;

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
   * @param gathering how the loss sees the features of other processes
   * @param images what is done with images of any shape; null when they are brought to one size
   */
  TrainingGraphs graphs(
      Architecture architecture,
      PluginRegistry plugins,
      boolean siglip,
      int teacherWidth,
      Gathering gathering,
      @Nullable NaFlexPlan images) {
    String loss = loss(architecture, siglip, teacherWidth);
    LossProvider plain = plugins.named(LossProvider.class, loss);
    Map<String, Object> options =
        loss.equals("coca")
            ? Map.of("clip_loss_weight", contrastiveWeight, "caption_loss_weight", captionWeight)
            : Map.of();
    TrainingGraphs graphs =
        TrainingGraphs.of(
            architecture,
            scaled(images) ? new ScaledLoss(plain) : plain,
            options,
            teacherWidth,
            gathering,
            masks);
    return images == null ? graphs : graphs.onPatches(architecture);
  }

  /**
   * Returns the graphs of a model of sounds and its loss.
   *
   * @param gathering how the loss sees the features of other processes
   * @param lengths what is done with sounds of any length; null when they are brought to one length
   */
  TrainingGraphs graphs(
      SoundGraphs model,
      PluginRegistry plugins,
      Gathering gathering,
      @Nullable NaFlexPlan lengths) {
    LossProvider plain = plugins.named(LossProvider.class, "clip");
    return model.of(scaled(lengths) ? new ScaledLoss(plain) : plain, gathering, masks);
  }

  private static boolean scaled(@Nullable NaFlexPlan images) {
    return images != null && images.scale() != LossScale.NONE;
  }

  /**
   * Returns what the objective is fed beside the features.
   *
   * @param images what is done with images of any shape; null when they are brought to one size
   * @param batchSize the size of a batch whose loss is not scaled
   */
  TrainingLoop.Extras extras(@Nullable NaFlexPlan images, int batchSize) {
    TrainingLoop.Extras keys = masks ? new TextKeys() : TrainingLoop.Extras.NONE;
    return images != null && scaled(images)
        ? keys.and(new LossFactor(images.scale(), batchSize))
        : keys;
  }

  /** Checks that the flags suit batches of several sizes. */
  public void checkSizes() {
    if (tiles > 1) {
      throw new UsageException(
          "--loss-tiles does not support --use-naflex, whose batches have several sizes; leave one"
              + " of them out");
    }
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
  TrainingPlan.@Nullable Tiling tiling(
      TrainingGraphs graphs,
      Architecture architecture,
      PluginRegistry plugins,
      boolean siglip,
      int teacherWidth,
      Gathering gathering,
      long rows) {
    int count = tiles(rows, architecture.decoder().isEmpty() && gathering.cuttable(), gathering);
    return count == 1
        ? null
        : graphs.tiling(
            architecture,
            plugins.named(LossProvider.class, loss(architecture, siglip, teacherWidth)),
            teacherWidth,
            gathering,
            count);
  }

  /** Returns the same of a model of sounds. */
  TrainingPlan.@Nullable Tiling tiling(
      TrainingGraphs graphs,
      SoundGraphs model,
      PluginRegistry plugins,
      Gathering gathering,
      long rows) {
    int count = tiles(rows, gathering.cuttable(), gathering);
    return count == 1
        ? null
        : model.tiling(graphs, plugins.named(LossProvider.class, "clip"), gathering, count);
  }

  /** Returns the number of tiles of a loss. */
  private int tiles(long rows, boolean cuttable, Gathering gathering) {
    if (tiles < 0 || tiles > rows) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--loss-tiles must be from 0 to the %d samples of a process' batch, not %d",
              rows,
              tiles));
    }
    long bytes = 4 * rows * rows * gathering.ranks();
    long wanted = tiles > 0 ? tiles : bytes > WHOLE_BYTES ? bytes / TILE_BYTES : 1;
    return tiles == 0 && !cuttable ? 1 : (int) Math.min(rows, wanted);
  }
}
