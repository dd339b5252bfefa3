package org.openclip.hub.generative;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.openclip.api.OpenClipException;
import org.openclip.api.encoder.GenerativeEncoder.Images;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.audio.SoundFiles;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.runtime.Lazy;

/**
 * Reads image or sound files, whichever a model reads, as inputs of its graphs.
 *
 * @param inputs makes the inputs of an image or a sound
 * @param images reads image files
 * @param sounds reads sound files
 */
record PrefixFiles(PrefixInputs inputs, Lazy<PictureFiles> images, Lazy<SoundFiles> sounds) {
  static PrefixFiles of(PrefixInputs inputs, PluginRegistry plugins) {
    return new PrefixFiles(
        inputs,
        new Lazy<>(() -> new PictureFiles(plugins)),
        new Lazy<>(() -> new SoundFiles(plugins)));
  }

  /**
   * Computes something of each file.
   *
   * @param listener decides whether an unreadable file is skipped
   * @param computation from inputs with room for the most patches
   * @return one result for each file that was not skipped, in order
   */
  <T> List<T> each(
      List<Path> files, EncodingListener listener, Function<Map<String, Tensor>, T> computation) {
    List<T> results = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      Map<String, Tensor> read;
      try {
        read = read(files.get(i));
      } catch (OpenClipException e) {
        listener.unreadable(i, files.get(i), e);
        listener.done(1);
        continue;
      }
      results.add(computation.apply(read));
      listener.done(1);
    }
    return results;
  }

  private Map<String, Tensor> read(Path file) {
    return inputs.prefix() instanceof Images
        ? inputs.of(images.get().read(file), true)
        : inputs.of(sounds.get().read(file), true);
  }
}
