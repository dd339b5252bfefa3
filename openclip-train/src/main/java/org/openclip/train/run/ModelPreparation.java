package org.openclip.train.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.data.BatchShape;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.Sample;
import org.openclip.train.evaluation.ZeroShot;

/**
 * Prepares samples for a model: decodes and augments images, and tokenizes captions.
 *
 * @param pictures decodes
 * @param input varies pictures, and makes inputs of the image tower of them
 * @param captions turns a caption into the model's tokens
 * @param mostPixels the most pixels that a stored picture may have; larger ones are left out. 0 for
 *     any number
 */
public record ModelPreparation(
    PictureFiles pictures, ImageInput input, Captions captions, long mostPixels)
    implements Preparation {
  /** The step from a caption to numbers. */
  public interface Captions {
    /**
     * Returns the numbers, of the same length for each caption.
     *
     * @throws InvalidInputException when the caption cannot be used
     */
    long[] ids(String caption);

    /** Returns a tokenizer's step. */
    static Captions of(Tokenizer tokenizer) {
      return caption -> tokenizer.tokenize(List.of(caption)).row(0);
    }

    /**
     * Returns the reading of a caption that is nothing but the number of a class.
     *
     * @param classes how many there are
     */
    static Captions labels(int classes) {
      return caption -> new long[] {ZeroShot.label(caption, classes)};
    }
  }

  @Override
  public long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out) {
    byte[] bytes;
    String caption;
    try {
      bytes = sample.picture().read();
      caption = sample.caption().read(random);
    } catch (IOException e) {
      throw new InvalidInputException(sample.key() + " cannot be read: " + e, e);
    }
    Image image = sample.decode(pictures, bytes);
    if (mostPixels > 0 && (long) image.width() * image.height() > mostPixels) {
      throw new InvalidInputException(
          "%s has %s x %s pixels, more than --max-image-pixels %s"
              .formatted(sample.key(), image.width(), image.height(), mostPixels));
    }
    input.fill(image, random, out);
    return captions.ids(caption);
  }

  @Override
  public int pixels() {
    return input.numbers();
  }

  @Override
  public Map<String, Tensor> images(List<ByteBuffer> prepared) {
    return input.inputs(prepared);
  }

  @Override
  public ModelPreparation of(BatchShape shape) {
    return new ModelPreparation(pictures, input.of(shape), captions, mostPixels);
  }
}
