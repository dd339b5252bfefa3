package org.openclip.train.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Option;

/** CLIP_benchmark's flags that have nothing to do here, have another name, or are refused. */
final class IgnoredFlags {
  @Option(
      names = {"--no_amp", "--skip_load"},
      description =
          "Nothing to do: --precision is fp32, and cached features are not computed again.")
  private boolean switches;

  @Option(
      names = {"--num_workers", "--fewshot_lr", "--normalize"},
      paramLabel = "X",
      description =
          "Nothing to do: all cores decode, the solver needs no rate, and features have unit"
              + " length.")
  private List<String> values = new ArrayList<>();

  @Option(
      names = "--fewshot_epochs",
      paramLabel = "N",
      description =
          "Nothing to do; the number is only written to the results. The solver ends by itself.")
  private int epochs = 10;

  @Option(
      names = "--annotation_file",
      paramLabel = "FILE",
      description = "Refused: shards contain their captions.")
  private @Nullable Path annotations;

  @Option(names = "--model_cache_dir", paramLabel = "FOLDER", description = "As --cache-dir.")
  private @Nullable Path cache;

  @Option(names = "--model_type", paramLabel = "TYPE", description = "open_clip, the only one.")
  private String type = "open_clip";

  /** Refuses what would change the numbers, or what has another name here. */
  void check() {
    if (annotations != null) {
      throw new UsageException(
          "--annotation_file is not supported: data sets are read in WebDataset form, whose shards"
              + " contain the captions");
    }
    if (!type.equals("open_clip")) {
      throw new UsageException("--model_type is '" + type + "', but only open_clip is supported");
    }
  }

  /** Returns the cache folder of downloads, if one was given. */
  Optional<Path> cacheFolder() {
    return Optional.ofNullable(cache);
  }

  /** Returns whether one was given that has nothing to do. */
  boolean given() {
    return switches || !values.isEmpty();
  }

  /** Returns what results of linear probes repeat. */
  int epochs() {
    return epochs;
  }
}
