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
import org.openclip.train.data.WebDataset;

/**
 * Pictures with one caption or several, by which retrieval is measured. Samples whose pictures have
 * the same bytes are one picture with several captions. Of shards, every line of a text is a
 * caption, as in those of CLIP_benchmark.
 *
 * @param dataset of the pairs
 * @param size how many samples are embedded together
 */
public record CaptionedSet(Dataset dataset, int size) {
  /**
   * Measures retrieval in two ways: over pairs, as the reference does in training ({@link
   * Retrieval#metrics}), where of several captions of a picture only one counts as its own; and
   * over pictures with all of their captions, as CLIP_benchmark does ({@link Retrieval#grouped}).
   *
   * @param faults is told what is left out
   * @param progress is told how many samples were embedded
   * @return both by name, with {@code retrieval_pictures} and {@code retrieval_captions}
   * @throws InvalidInputException when there is not one pair that can be used
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
        throw new InvalidInputException("there is not one picture with a caption that can be read");
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

    /** Returns a row for each caption: that of its picture. */
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
