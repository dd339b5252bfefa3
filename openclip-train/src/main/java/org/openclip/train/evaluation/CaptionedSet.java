package org.openclip.train.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
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
    Rows rows = new Rows(model);
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

  /** What was embedded so far. */
  private final class Rows {
    private final ClipModel model;
    private final List<Embeddings> images = new ArrayList<>();
    private final List<Embeddings> texts = new ArrayList<>();
    private final Map<String, Integer> known = new HashMap<>();
    private final List<Integer> owners = new ArrayList<>();

    Rows(ClipModel model) {
      this.model = model;
    }

    void add(DecodedSamples.Chunk some) {
      List<Image> fresh = new ArrayList<>();
      List<String> captions = new ArrayList<>();
      for (int i = 0; i < some.captions().size(); i++) {
        int row = known.size();
        Integer before = known.putIfAbsent(some.digests().get(i), row);
        if (before == null) {
          fresh.add(some.pictures().get(i));
        }
        for (String caption : captions(some.captions().get(i))) {
          captions.add(caption);
          owners.add(before == null ? row : before);
        }
      }
      if (!fresh.isEmpty()) {
        images.add(model.encodePictures(fresh));
      }
      texts.add(model.encodeTexts(captions));
    }

    Map<String, Double> metrics() {
      if (owners.isEmpty()) {
        throw new InvalidInputException("there is no readable picture with a caption");
      }
      Embeddings pictures = Embeddings.concat(images);
      Embeddings captions = Embeddings.concat(texts);
      Map<String, Double> metrics =
          new LinkedHashMap<>(Retrieval.metrics(paired(pictures), captions));
      metrics.putAll(Retrieval.grouped(pictures, captions, owners));
      metrics.put("retrieval_pictures", (double) pictures.size());
      metrics.put("retrieval_captions", (double) captions.size());
      return metrics;
    }

    /** Returns a row for each caption: that of its image. */
    private Embeddings paired(Embeddings pictures) {
      int width = pictures.width();
      float[] all = pictures.toArray();
      float[] rows = new float[owners.size() * width];
      for (int i = 0; i < owners.size(); i++) {
        System.arraycopy(all, owners.get(i) * width, rows, i * width, width);
      }
      return Embeddings.of(width, rows);
    }
  }
}
