package org.openclip.train.evaluation;

import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.shard.WebDataset;

/**
 * Images with one or several captions, for measuring retrieval. Samples whose images have the same
 * bytes are one image with several captions. In shards, every line of a text file is a caption, as
 * in the shards of CLIP_benchmark.
 *
 * @param dataset of the pairs
 * @param size the batch size
 */
public record CaptionedSet(Dataset dataset, int size) {
  /**
   * Measures retrieval in two ways. Over pairs, as the reference does in training ({@link
   * Retrieval#metrics}), every caption belongs to its own copy of the image. Over images with all
   * of their captions, it measures as CLIP_benchmark does ({@link Retrieval#grouped}).
   *
   * @param faults counts skipped samples
   * @param progress receives the number of embedded samples
   * @return the metrics of both by name, with {@code retrieval_pictures} and {@code
   *     retrieval_captions}
   * @throws InvalidInputException when there is no usable pair
   */
  public Map<String, Double> metrics(
      ClipModel model, PictureFiles decoder, Faults faults, LongConsumer progress) {
    CaptionedRows rows = new CaptionedRows(model, this::captions);
    try (DecodedSamples samples =
        new DecodedSamples(dataset, decoder, size, faults, CaptionedSet::check)) {
      for (DecodedSamples.Chunk some = samples.next(); some != null; some = samples.next()) {
        rows.add(some);
        progress.accept(some.captions().size());
      }
    }
    return rows.metrics();
  }

  private static void check(String caption) {
    if (caption.isBlank()) {
      throw new InvalidInputException("its caption is empty");
    }
  }

  private List<String> captions(String text) {
    return dataset instanceof WebDataset
        ? text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList()
        : List.of(text);
  }
}
