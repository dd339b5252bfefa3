package org.openclip.train.run;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.PictureFiles;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.Sample;

/**
 * Samples as a model takes them in training: pictures decoded and varied, captions tokenized.
 *
 * @param pictures decodes
 * @param augmenter varies pictures
 * @param tokenizer of the model
 * @param pixels how many numbers a picture becomes
 * @param mostPixels the most pixels that a stored picture may have; larger ones are left out
 */
public record ModelPreparation(
    PictureFiles pictures,
    ImageAugmenter augmenter,
    Tokenizer tokenizer,
    int pixels,
    long mostPixels)
    implements Preparation {
  @Override
  public long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out) {
    byte[] bytes;
    try {
      bytes = sample.picture().read();
    } catch (IOException e) {
      throw new InvalidInputException(sample.key() + " cannot be read: " + e, e);
    }
    Image image = pictures.decode(bytes, sample.key());
    if ((long) image.width() * image.height() > mostPixels) {
      throw new InvalidInputException(
          "%s has %d x %d pixels, more than --max-image-pixels %d"
              .formatted(sample.key(), image.width(), image.height(), mostPixels));
    }
    augmenter.augment(image, random, out);
    return tokenizer.tokenize(List.of(sample.caption())).row(0);
  }
}
