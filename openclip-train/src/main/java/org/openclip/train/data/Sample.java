package org.openclip.train.data;

import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.hub.picture.PictureFiles;

/**
 * An image and its caption, as stored.
 *
 * @param key where it lies, for messages, such as {@code shard-0001.tar/000123}
 * @param picture the bytes of the image's file
 * @param caption the text as it is stored
 */
public record Sample(String key, Picture picture, Caption caption) {
  /** Creates a sample whose caption is known. */
  public Sample(String key, Picture picture, String caption) {
    this(key, picture, Caption.of(caption));
  }

  /**
   * Decodes the image.
   *
   * @param bytes of the image's file
   * @throws InvalidInputException when they are not an image; the message names the sample
   */
  public Image decode(PictureFiles decoder, byte[] bytes) {
    Image image = decoder.decode(bytes, key);
    return picture.rgbFirst() ? image.toRgb() : image;
  }

  /** The bytes of an image's file, read when they are needed. */
  public interface Picture {
    /**
     * Reads the bytes.
     *
     * @throws IOException when the file cannot be read
     */
    byte[] read() throws IOException;

    /**
     * Returns whether the image is converted to RGB before it is resized. The reference does so
     * with images from tar shards and from folders of classes, but not with those of tables.
     */
    default boolean rgbFirst() {
      return false;
    }

    /** Returns an image over bytes that are in memory. */
    static Picture of(byte[] bytes) {
      return () -> bytes;
    }

    /** Returns the same image, converted to RGB before it is resized. */
    default Picture inRgb() {
      Picture stored = this;
      return new Picture() {
        @Override
        public byte[] read() throws IOException {
          return stored.read();
        }

        @Override
        public boolean rgbFirst() {
          return true;
        }
      };
    }
  }

  /** The text of an image, read when it is needed. */
  public interface Caption {
    /**
     * Reads the text.
     *
     * @param random what decides where there are several
     * @throws IOException when the file cannot be read
     * @throws InvalidInputException when what is in it is no caption
     */
    String read(RandomGenerator random) throws IOException;

    /** Returns a caption that is in memory. */
    static Caption of(String text) {
      return random -> text;
    }

    /** Returns a caption that is one of several, each as often as any other. */
    static Caption of(List<String> texts) {
      List<String> several = List.copyOf(texts);
      return random -> several.get(random.nextInt(several.size()));
    }
  }
}
