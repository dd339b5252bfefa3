package org.openclip.hub.generative;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.encoder.GenerativeEncoder.Images;
import org.openclip.api.encoder.GenerativeEncoder.Prefix;
import org.openclip.api.encoder.GenerativeEncoder.Sounds;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.runtime.Lazy;

/**
 * Makes a graph's inputs of one image or sound.
 *
 * @param name of the model, for messages
 * @param prefix what the model reads
 * @param preprocessor of images
 */
record PrefixInputs(String name, Prefix prefix, Lazy<ImagePreprocessor> preprocessor) {
  /**
   * Returns the inputs of an image.
   *
   * @param whole whether there is room for the most patches, rather than for the image's own
   */
  Map<String, Tensor> of(Image image, boolean whole) {
    if (!(prefix instanceof Images images)) {
      throw new InvalidInputException("model " + name + " reads sounds, not images");
    }
    ByteBuffer patches = Tensor.allocate((long) images.most() * images.numbers() * Float.BYTES);
    PatchGrid grid =
        preprocessor.get().cut(image, images.patch(), images.most(), patches.asFloatBuffer());
    int length = whole ? images.most() : grid.size();
    ByteBuffer cut = patches.slice(0, length * images.numbers() * Float.BYTES);
    return PatchInputs.of(cut.order(patches.order()), List.of(grid), length);
  }

  /**
   * Returns the inputs of a sound.
   *
   * @param whole whether there is room for the most patches, rather than for the sound's own
   */
  Map<String, Tensor> of(Audio sound, boolean whole) {
    if (!(prefix instanceof Sounds sounds)) {
      throw new InvalidInputException("model " + name + " reads images, not sounds");
    }
    var patches = sounds.patcher().cut(sound);
    return PatchInputs.of(List.of(patches), whole ? sounds.most() : patches.size());
  }
}
