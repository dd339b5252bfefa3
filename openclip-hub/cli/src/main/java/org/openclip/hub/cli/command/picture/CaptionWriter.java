package org.openclip.hub.cli.command.picture;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.Captioner;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.hub.generative.GenerativeModel;

/** A model that writes captions of files: CoCa, or a generative model. */
interface CaptionWriter extends AutoCloseable {
  /**
   * Writes a caption for each file.
   *
   * @param listener decides whether an unreadable file is skipped
   * @return one caption for each file that was not skipped, in order
   */
  List<String> write(List<Path> files, CaptionOptions options, EncodingListener listener);

  @Override
  void close();

  /**
   * Loads the model that options name.
   *
   * @throws InvalidInputException when it writes no captions
   */
  static CaptionWriter open(ModelOptions options, Environment environment) {
    Optional<GenerativeBuilder> generative = options.generative(environment);
    return generative.isPresent()
        ? new Generative(ModelOptions.load(generative.get(), environment))
        : Decoder.of(options.load(environment));
  }

  /** A model with a decoder beside its towers. */
  record Decoder(ClipModel model, Captioner captioner) implements CaptionWriter {
    /** Closes the model if it has no decoder. */
    static Decoder of(ClipModel model) {
      Optional<Captioner> captioner = model.captioner();
      if (captioner.isEmpty()) {
        model.close();
        throw new InvalidInputException(
            model.name()
                + " has no caption decoder; use a model that has one, such as coca_ViT-L-14");
      }
      return new Decoder(model, captioner.get());
    }

    @Override
    public List<String> write(List<Path> files, CaptionOptions options, EncodingListener listener) {
      return captioner.captionImages(files, options, listener);
    }

    @Override
    public void close() {
      model.close();
    }
  }

  /** A generative model. */
  record Generative(GenerativeModel model) implements CaptionWriter {
    @Override
    public List<String> write(List<Path> files, CaptionOptions options, EncodingListener listener) {
      return model.captionFiles(files, options, listener);
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
