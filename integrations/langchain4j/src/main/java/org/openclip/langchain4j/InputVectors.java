package org.openclip.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PictureDecoder;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.OpenClip;

/** The vectors of texts and pictures, and the inputs that they belong to. */
final class InputVectors {
  private static final System.Logger LOGGER = System.getLogger(InputVectors.class.getName());

  /** Decoded pictures that are held at once: a batch, or less when they are large. */
  private static final int PICTURES_AT_ONCE = 32;

  private static final long PIXELS_AT_ONCE = 1L << 26;

  private final ClipModel model;
  private final PictureDecoder decoder;
  private final ContentPictures pictures;

  InputVectors(ClipModel model, @Nullable Path pictureFolder) {
    this.model = model;
    this.decoder = new PictureDecoder(PluginRegistry.create(OpenClip.class));
    this.pictures = new ContentPictures(decoder, pictureFolder);
  }

  /** Returns how many tokens the texts have, start and end among them. */
  int addTexts(List<String> texts, List<Integer> inputs, MeanVectors means) {
    if (texts.isEmpty()) {
      return 0;
    }
    int tokens = count(texts);
    add(model.encodeTexts(texts), inputs, means);
    return tokens;
  }

  private int count(List<String> texts) {
    Tokenizer tokenizer = model.tokenizer();
    int context = tokenizer.contextLength();
    int tokens = 0;
    int cut = 0;
    for (String text : texts) {
      int length = tokenizer.encode(text).length + 2;
      cut += length > context ? 1 : 0;
      tokens += Math.min(length, context);
    }
    if (cut > 0) {
      LOGGER.log(
          Level.WARNING,
          cut
              + " of "
              + texts.size()
              + " texts are longer than the "
              + context
              + " tokens of "
              + model.name()
              + "'s context and were truncated; split them into shorter segments");
    }
    return tokens;
  }

  void addPictures(List<ImageContent> contents, List<Integer> inputs, MeanVectors means) {
    int first = 0;
    while (first < contents.size()) {
      List<Image> batch = new ArrayList<>();
      long pixels = 0;
      int next = first;
      while (next < contents.size() && batch.size() < PICTURES_AT_ONCE && pixels < PIXELS_AT_ONCE) {
        Image picture =
            pictures.decode(contents.get(next), "the picture of input " + inputs.get(next));
        pixels += (long) picture.width() * picture.height();
        batch.add(picture);
        next++;
      }
      add(model.encodePictures(batch), inputs.subList(first, next), means);
      first = next;
    }
  }

  private static void add(Embeddings rows, List<Integer> inputs, MeanVectors means) {
    Embeddings units = rows.normalised();
    for (int i = 0; i < units.size(); i++) {
      means.add(inputs.get(i), units.row(i));
    }
  }

  void release() {
    decoder.release();
  }
}
