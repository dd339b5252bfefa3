package org.openclip.train.sound;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.audio.SoundFiles;
import org.openclip.train.data.BatchShape;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.Sample;
import org.openclip.train.run.ModelPreparation.Captions;

/**
 * Prepares samples for a model of sounds: decodes sounds, and tokenizes captions.
 *
 * @param files decodes
 * @param input makes inputs of the audio tower of sounds
 * @param captions turns a caption into the model's tokens
 */
public record SoundPreparation(SoundFiles files, SoundInput input, Captions captions)
    implements Preparation {
  @Override
  public int pixels() {
    return input.numbers();
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
    input.fill(files.decode(sample.key(), bytes), random, out);
    return captions.ids(caption);
  }

  @Override
  public Map<String, Tensor> images(List<ByteBuffer> prepared) {
    return input.inputs(prepared);
  }

  @Override
  public Preparation of(BatchShape shape) {
    return new SoundPreparation(files, input.of(shape), captions);
  }
}
