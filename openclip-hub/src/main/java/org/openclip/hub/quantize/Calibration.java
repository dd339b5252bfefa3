package org.openclip.hub.quantize;

import java.util.List;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;

/**
 * What models are compared by.
 *
 * @param pictures decoded pictures, at least one
 * @param texts at least one
 */
public record Calibration(List<Image> pictures, List<String> texts) {
  /** Copies the lists. */
  public Calibration {
    pictures = List.copyOf(pictures);
    texts = List.copyOf(texts);
  }

  /** Embeds everything. */
  Answers ask(ClipModel model) {
    return new Answers(model.encodePictures(pictures), model.encodeTexts(texts));
  }

  /**
   * What a model answers.
   *
   * @param images one row for each picture
   * @param texts one row for each text
   */
  record Answers(Embeddings images, Embeddings texts) {}
}
