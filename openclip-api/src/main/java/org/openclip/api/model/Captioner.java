package org.openclip.api.model;

import java.nio.file.Path;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;

/**
 * The side of a {@link ClipModel} that writes captions of pictures, where it has a multimodal
 * decoder (CoCa, Yu et al. 2022, arXiv 2205.01917). Safe for many threads; it lives as long as its
 * model.
 */
public interface Captioner {
  /**
   * Reads picture files and writes a caption of each.
   *
   * @return one caption for each file, in order, without start, end and padding
   * @throws InvalidInputException when a file is missing or no picture, or the options do not fit
   */
  List<String> captionImages(List<Path> files, CaptionOptions options);

  /**
   * Reads picture files and writes a caption of each, and tells how it goes on.
   *
   * @param listener decides whether a picture that cannot be read is left out
   * @return one caption for each file that was not left out, in order
   * @throws InvalidInputException when a file is missing or no picture, and the listener throws it;
   *     or the options do not fit
   */
  List<String> captionImages(List<Path> files, CaptionOptions options, EncodingListener listener);

  /** Writes a caption of each decoded picture, in order. */
  List<String> captionPictures(List<Image> pictures, CaptionOptions options);

  /**
   * Writes captions of pictures that are preprocessed already.
   *
   * @param pixels {@code float32[n, 3, height, width]}, NCHW, normalised
   * @return one row for each picture: start, tokens, end, and padding up to the longest row, or up
   *     to {@link CaptionOptions#maxLength} where the options ask for it
   */
  Tokens generate(Tensor pixels, CaptionOptions options);

  /**
   * Returns what the decoder expects after each token of given captions.
   *
   * @param pixels {@code float32[n, 3, height, width]}, NCHW, normalised
   * @param tokens one row for each picture, of any length up to the context length
   * @return {@code float32[n, length, vocabulary]}: logits of the token after each one
   */
  Tensor logits(Tensor pixels, Tokens tokens);
}
