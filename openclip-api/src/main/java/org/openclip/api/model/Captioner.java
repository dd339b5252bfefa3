package org.openclip.api.model;

import java.nio.file.Path;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;

/**
 * Writes captions of images with a {@link ClipModel} that has a multimodal decoder (CoCa, Yu et al.
 * 2022, arXiv 2205.01917). Thread-safe. It can be used until its model is closed.
 */
public interface Captioner {
  /**
   * Reads image files and writes a caption for each one.
   *
   * @return one caption for each file, in order, without start, end and padding
   * @throws InvalidInputException when a file is missing or not an image, or the options do not fit
   */
  List<String> captionImages(List<Path> files, CaptionOptions options);

  /**
   * Reads image files, writes a caption for each one, and reports progress.
   *
   * @param listener decides whether an unreadable image is skipped
   * @return one caption for each file that was not skipped, in order
   * @throws InvalidInputException when a file is missing or not an image, and the listener throws
   *     it; or the options do not fit
   */
  List<String> captionImages(List<Path> files, CaptionOptions options, EncodingListener listener);

  /** Writes a caption for each decoded image, in order. */
  List<String> captionPictures(List<Image> pictures, CaptionOptions options);

  /**
   * Writes captions of preprocessed images, as token ids.
   *
   * @param pixels {@code float32[n, 3, height, width]}, NCHW, normalised
   * @return one row for each image: start, tokens, end, and padding up to the longest row, or up to
   *     {@link CaptionOptions#maxLength} if the options say so
   */
  Tokens generate(Tensor pixels, CaptionOptions options);

  /**
   * Returns the decoder's logits for given captions.
   *
   * @param pixels {@code float32[n, 3, height, width]}, NCHW, normalised
   * @param tokens one row for each image, of any length up to the context length
   * @return {@code float32[n, length, vocabulary]}: logits of the token after each one
   */
  Tensor logits(Tensor pixels, Tokens tokens);
}
