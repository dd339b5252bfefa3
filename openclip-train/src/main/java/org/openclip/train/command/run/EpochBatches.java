package org.openclip.train.command.run;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.command.data.DataFlags;
import org.openclip.train.command.data.StepsInEpoch;
import org.openclip.train.data.BatchSchedule;
import org.openclip.train.data.Dataset;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.naflex.NaFlexSchedule;
import org.openclip.train.naflex.PatchSizes;

/**
 * The batches of an epoch, and its number of steps, as the reference plans them.
 *
 * @param schedule the shapes of the batches of one process
 * @param steps the number of steps of an epoch
 */
public record EpochBatches(BatchSchedule schedule, long steps) {
  /**
   * Plans the epochs of a dataset.
   *
   * @param parts batches of a step
   * @param processes how many train together
   * @throws UsageException when an epoch has no step
   */
  public static EpochBatches of(
      RunFlags run, int parts, DataFlags data, Dataset dataset, int processes) {
    long samples = data.epochSamples(dataset);
    long steps =
        new StepsInEpoch(run.batchSize, parts, run.workers, processes).of(dataset, samples);
    if (steps < 1) {
      throw new UsageException(
          "an epoch of %s samples is smaller than a batch of %s%s; use a smaller --batch-size"
              .formatted(
                  samples,
                  run.batchSize,
                  processes == 1 ? "" : " for each of " + processes + " processes"));
    }
    return new EpochBatches(BatchSchedule.of(run.batchSize), steps);
  }

  /**
   * Plans the epochs of a dataset of images of any shape.
   *
   * @param parts batches of a step
   * @param tokens how many patches an epoch has in all processes; empty when samples are counted
   * @param processes how many train together
   * @throws UsageException when an epoch has no step
   */
  public static EpochBatches of(
      RunFlags run,
      int parts,
      DataFlags data,
      Dataset dataset,
      int processes,
      NaFlexPlan plan,
      OptionalLong tokens) {
    if (tokens.isPresent() && data.saysSamples()) {
      throw new UsageException(
          "--train-num-samples and --naflex-num-train-image-tokens both say how long an epoch is;"
              + " give one of them");
    }
    NaFlexSchedule schedule =
        tokens.isPresent()
            ? NaFlexSchedule.ofTokens(plan.budget(), ceil(tokens.getAsLong(), processes), run.seed)
            : NaFlexSchedule.ofSamples(
                plan.budget(), ceil(data.epochSamples(dataset), processes), run.seed);
    schedule = schedule.with(plan.patches());
    long steps = schedule.batches(run.workers) / parts;
    if (steps < 1) {
      throw new UsageException(
          "an epoch of %s batches is smaller than a step of --accum-freq %s batches; use a smaller --naflex-max-tokens-per-batch or --accum-freq"
              .formatted(schedule.batches(run.workers), parts));
    }
    return new EpochBatches(schedule, steps);
  }

  private static long ceil(long number, long divisor) {
    return (number + divisor - 1) / divisor;
  }

  /**
   * Returns what is to be said of the batches, in a line; null when all have the same size.
   *
   * @param plan how they are sized; null when they all have the same size
   */
  public @Nullable String note(@Nullable NaFlexPlan plan) {
    return plan != null && schedule instanceof NaFlexSchedule drawn
        ? "NaFlex: images of up to %s patches of %s pixels, %s to %s images in a batch, %s images in an epoch of a process; evaluated with up to %s patches of %s pixels"
            .formatted(
                plan.budget().lengths(),
                sizes(plan.patches()),
                drawn.smallest(),
                drawn.largest(),
                drawn.samples(),
                plan.evaluation(),
                plan.patches().evaluation())
        : null;
  }

  /**
   * Returns what is to be said of batches of sounds, in a line; null when all have the same size.
   *
   * @param plan how they are sized; null when they all have the same size
   */
  public @Nullable String soundNote(@Nullable NaFlexPlan plan) {
    return plan != null && schedule instanceof NaFlexSchedule drawn
        ? "NaFlex: sounds of up to %s patches, %s to %s sounds in a batch, %s sounds in an epoch of a process; evaluated with up to %s patches"
            .formatted(
                plan.budget().lengths(),
                drawn.smallest(),
                drawn.largest(),
                drawn.samples(),
                plan.evaluation())
        : null;
  }

  private static Object sizes(PatchSizes patches) {
    return patches.all().size() == 1 ? patches.evaluation() : patches.all();
  }
}
