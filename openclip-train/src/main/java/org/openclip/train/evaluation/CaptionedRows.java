package org.openclip.train.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;

/** The images that were embedded so far, and their captions. */
final class CaptionedRows {
  private final ClipModel model;
  private final Function<String, List<String>> captions;
  private final List<Embeddings> images = new ArrayList<>();
  private final List<Embeddings> texts = new ArrayList<>();
  private final Map<String, Integer> known = new HashMap<>();
  private final List<Integer> owners = new ArrayList<>();

  /**
   * Creates an empty set.
   *
   * @param captions returns the captions in the text of a sample
   */
  CaptionedRows(ClipModel model, Function<String, List<String>> captions) {
    this.model = model;
    this.captions = captions;
  }

  void add(DecodedSamples.Chunk some) {
    List<Image> fresh = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < some.captions().size(); i++) {
      int row = known.size();
      Integer before = known.putIfAbsent(some.digests().get(i), row);
      if (before == null) {
        fresh.add(some.pictures().get(i));
      }
      for (String caption : captions.apply(some.captions().get(i))) {
        lines.add(caption);
        owners.add(before == null ? row : before);
      }
    }
    if (!fresh.isEmpty()) {
      images.add(model.encodePictures(fresh));
    }
    texts.add(model.encodeTexts(lines));
  }

  Map<String, Double> metrics() {
    if (owners.isEmpty()) {
      throw new InvalidInputException("there is no readable picture with a caption");
    }
    Embeddings pictures = Embeddings.concat(images);
    Embeddings rows = Embeddings.concat(texts);
    Map<String, Double> metrics = new LinkedHashMap<>(Retrieval.metrics(paired(pictures), rows));
    metrics.putAll(Retrieval.grouped(pictures, rows, owners));
    metrics.put("retrieval_pictures", (double) pictures.size());
    metrics.put("retrieval_captions", (double) rows.size());
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
