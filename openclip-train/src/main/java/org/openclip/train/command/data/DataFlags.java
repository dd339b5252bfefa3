package org.openclip.train.command.data;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.command.flag.Bounds;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.shard.WebDataset;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of the training data, with the reference's names and meanings. */
public final class DataFlags {
  @Option(
      names = "--train-data",
      paramLabel = "PATH",
      description =
          "Tar shards such as 'data/{0000..0099}.tar', several lists joined by '::'; a table"
              + " (CSV); or a folder of images.")
  private @Nullable String trainData;

  @Option(
      names = "--shuffle-buffer",
      paramLabel = "N",
      description =
          "The size of the shuffle buffer for shards, in samples; 1 keeps the order within a"
              + " shard. Default: 5000.")
  private int shuffleBuffer = WebDataset.BUFFER;

  @Option(
      names = "--train-data-upsampling-factors",
      paramLabel = "F::F",
      description = "The sampling weight of each list of shards, with --dataset-resampled.")
  private @Nullable String factors;

  @Option(
      names = "--train-num-samples",
      paramLabel = "N",
      description = "Samples per epoch. Required for shards without a sizes.json beside them.")
  private @Nullable Long samples;

  @Option(names = "--dataset-resampled", description = "Draws shards with replacement.")
  private boolean resampled;

  public @Mixin FormatFlags format = new FormatFlags();
  public @Mixin FolderFlags folders = new FolderFlags();

  private final List<String> notes = new ArrayList<>();

  /** Checks the numbers. */
  public void check() {
    Bounds.atLeast(1, "--shuffle-buffer", shuffleBuffer);
    Bounds.atLeast(1, "--train-num-samples", samples);
  }

  /** Returns whether there is something to train on. */
  public boolean trains() {
    return trainData != null || format.isSynthetic();
  }

  /** Returns the name of what is trained on, for messages. */
  public String trainingName() {
    return "--train-data " + (trainData == null ? "synthetic" : trainData);
  }

  /** Returns the dataset to train on. */
  public Dataset training() {
    return format.dataset(
        trainData,
        samples,
        new FormatFlags.Reading(true, resampled, shuffleBuffer, factors),
        folders);
  }

  /**
   * Returns a dataset to measure by, in an order that stays.
   *
   * @param number how many samples it has, if the user says
   */
  public Dataset validation(String location, @Nullable Long number) {
    return format.dataset(
        location,
        number == null && format.isSynthetic() ? samples : number,
        FormatFlags.Reading.PLAIN,
        folders);
  }

  /** Returns whether commands of the shell are run. */
  public boolean allowsCommands() {
    return format.allowsCommands();
  }

  /** Returns what is to be said about the data, in lines. */
  public List<String> notes() {
    List<String> all = new ArrayList<>(format.notes());
    all.addAll(folders.notes());
    all.addAll(notes);
    return all;
  }

  /** Returns whether the user says how many samples an epoch has. */
  public boolean saysSamples() {
    return samples != null;
  }

  /** Returns how many samples an epoch of the dataset has; never more than are listed. */
  public long epochSamples(Dataset dataset) {
    OptionalLong size = dataset.size();
    if (samples != null) {
      if (dataset instanceof ListedDataset && samples > size.orElse(samples)) {
        notes.add(
            "--train-num-samples %s is ignored: the data have %s samples, and an epoch has as many"
                .formatted(samples, size.getAsLong()));
        return size.getAsLong();
      }
      return samples;
    }
    if (size.isEmpty()) {
      throw new UsageException(
          "the shards do not state their number of samples; set --train-num-samples");
    }
    return size.getAsLong();
  }
}
