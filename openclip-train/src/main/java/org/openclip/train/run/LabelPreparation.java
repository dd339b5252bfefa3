package org.openclip.train.run;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.hub.PictureFiles;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.Sample;

/**
 * Samples as a classifier takes them in training: pictures decoded and varied, and the number of
 * the class, which is the caption, in the place of the first token.
 *
 * @param pictures decodes
 * @param augmenter varies pictures
 * @param pixels how many numbers a picture becomes
 * @param length the number of tokens
 */
public record LabelPreparation(
    PictureFiles pictures, ImageAugmenter augmenter, int pixels, int length)
    implements Preparation {
  @Override
  public long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out) {
    try {
      augmenter.augment(pictures.decode(sample.picture().read(), sample.key()), random, out);
    } catch (IOException e) {
      throw new InvalidInputException(sample.key() + " cannot be read: " + e, e);
    }
    long[] tokens = new long[length];
    tokens[0] = Long.parseLong(sample.caption());
    return tokens;
  }
}
