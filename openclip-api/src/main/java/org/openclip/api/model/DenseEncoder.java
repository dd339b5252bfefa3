package org.openclip.api.model;

import java.nio.file.Path;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.DenseForm;
import org.openclip.api.image.Image;
import org.openclip.api.tensor.Tensor;

/**
 * The part of a model that computes features of single patches: patch tokens, patches in the space
 * of texts, and attention maps. Thread-safe; it is closed with its model.
 */
public interface DenseEncoder {
  /** The form whose maps follow a text best (docs/dense.md has the measurements). */
  DenseForm DEFAULT = DenseForm.MASKCLIP;

  /** Computes the features of a decoded image. */
  DenseFeatures encode(Image image, DenseForm form);

  /**
   * Reads an image file and computes its features.
   *
   * @throws InvalidInputException when the file is missing or not an image; the message names it
   */
  DenseFeatures encode(Path file, DenseForm form);

  /**
   * Computes the features of preprocessed images.
   *
   * @param pixels {@code float32[n, 3, height, width]}, NCHW, normalised, of the tower's height and
   *     width; NaFlex towers take any size of whole patches
   * @return one for each image, in order, placed in these pixels
   */
  List<DenseFeatures> encodePixels(Tensor pixels, DenseForm form);

  /** Computes the features of a decoded image in the {@linkplain #DEFAULT default form}. */
  default DenseFeatures encode(Image image) {
    return encode(image, DEFAULT);
  }
}
