package org.openclip.train.benchmark.data;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A task of CLIP_benchmark, such as zero-shot classification. */
public enum BenchmarkTask {
  /** The task that the data set is for. */
  AUTO,
  /** Classes are found by their prompts. */
  ZEROSHOT_CLASSIFICATION,
  /** Pictures find their captions, and captions their pictures. */
  ZEROSHOT_RETRIEVAL,
  /** A linear classifier is fitted to the features of another split. */
  LINEAR_PROBE,
  /** Captions are written. */
  CAPTIONING,
  /** Pictures find the right caption among a few that differ little. */
  IMAGE_CAPTION_SELECTION;

  private static final Set<String> CAPTIONED =
      Set.of(
          "flickr30k",
          "flickr8k",
          "mscoco_captions",
          "multilingual_mscoco_captions",
          "flickr30k-200",
          "crossmodal3600",
          "xtd10",
          "xtd200");

  /**
   * Returns the task itself, or for {@link #AUTO} that of a data set: by its name as CLIP_benchmark
   * has it, and retrieval, too, where a data set says that it has captions.
   *
   * @param dataset without {@code wds/}
   */
  public BenchmarkTask of(String dataset, BenchmarkData data) {
    List<BenchmarkTask> possible = possible(dataset);
    return data.kind() == BenchmarkData.Kind.RETRIEVAL ? possible.getLast() : possible.getFirst();
  }

  /**
   * Returns the tasks that {@link #of} may return before the data set is opened: one, or
   * classification and then retrieval.
   *
   * @param dataset without {@code wds/}
   */
  public List<BenchmarkTask> possible(String dataset) {
    if (this != AUTO) {
      return List.of(this);
    }
    if (dataset.startsWith("sugar_crepe") || dataset.equals("winoground")) {
      return List.of(IMAGE_CAPTION_SELECTION);
    }
    return CAPTIONED.contains(dataset)
        ? List.of(ZEROSHOT_RETRIEVAL)
        : List.of(ZEROSHOT_CLASSIFICATION, ZEROSHOT_RETRIEVAL);
  }

  /** Returns the name that results have. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
