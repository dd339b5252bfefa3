package org.openclip.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PictureDecoder;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;

/** The step from a column's values to vectors; a bad value costs itself alone. */
final class ValueEncoder {
  /** No picture within the bound on pixels needs more, even uncompressed with 16-bit channels. */
  private static final long MOST_BYTES = 1L << 30;

  /** Decoded pictures that are held at once have so many pixels, or are one. */
  private static final long PIXELS_AT_ONCE = 1L << 26;

  private final ClipModel model;
  private final InputKind kind;
  private final boolean unit;
  private final Configuration files;
  private final PictureDecoder decoder = new PictureDecoder(PluginRegistry.create(OpenClip.class));

  /**
   * Creates an encoder.
   *
   * @param unit whether vectors are scaled to length 1
   * @param files how Hadoop's file systems are reached
   */
  ValueEncoder(ClipModel model, InputKind kind, boolean unit, Configuration files) {
    this.model = model;
    this.kind = kind;
    this.unit = unit;
    this.files = files;
  }

  /** Returns a result for each value, in order. */
  List<Encoded> encode(List<? extends @Nullable Object> values) {
    Encoded[] results = new Encoded[values.size()];
    List<Integer> rows = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    List<Image> pictures = new ArrayList<>();
    long pixels = 0;
    for (int i = 0; i < results.length; i++) {
      Object value = values.get(i);
      try {
        if (value == null) {
          throw new InvalidInputException("the " + kind + " is null");
        }
        if (kind == InputKind.TEXT) {
          texts.add((String) value);
        } else {
          Image picture = picture(value);
          pixels += (long) picture.width() * picture.height();
          pictures.add(picture);
        }
        rows.add(i);
      } catch (InvalidInputException | InvalidFileException e) {
        results[i] = Encoded.failed(message(e));
      }
      if (pixels >= PIXELS_AT_ONCE) {
        encodePictures(results, rows, pictures);
        rows.clear();
        pictures.clear();
        pixels = 0;
      }
    }
    if (!texts.isEmpty()) {
      put(results, rows, model.encodeTexts(texts));
    } else if (!pictures.isEmpty()) {
      encodePictures(results, rows, pictures);
    }
    return List.of(results);
  }

  private void encodePictures(Encoded[] results, List<Integer> rows, List<Image> pictures) {
    try {
      put(results, rows, model.encodePictures(pictures));
    } catch (InvalidInputException e) {
      if (pictures.size() == 1) {
        results[rows.get(0)] = Encoded.failed(message(e));
        return;
      }
      // One of them does not fit the model; the others are not to pay for it.
      for (int i = 0; i < pictures.size(); i++) {
        encodePictures(results, rows.subList(i, i + 1), pictures.subList(i, i + 1));
      }
    }
  }

  private void put(Encoded[] results, List<Integer> rows, Embeddings embeddings) {
    Embeddings vectors = unit ? embeddings.normalised() : embeddings;
    for (int i = 0; i < vectors.size(); i++) {
      results[rows.get(i)] = Encoded.of(vectors.row(i));
    }
  }

  private Image picture(Object value) {
    if (kind == InputKind.BYTES) {
      return decoder.decode((byte[]) value, "the picture");
    }
    String path = (String) value;
    return decoder.decode(read(path), path);
  }

  private byte[] read(String path) {
    try {
      Path file = new Path(path);
      FileSystem system = file.getFileSystem(files);
      FileStatus status = system.getFileStatus(file);
      if (status.isDirectory()) {
        throw new InvalidInputException(path + " is a folder; name the pictures in it");
      }
      if (status.getLen() > MOST_BYTES) {
        throw new InvalidInputException(
            path + " has " + status.getLen() + " bytes, but may have at most " + MOST_BYTES);
      }
      try (InputStream stream = system.open(file)) {
        return stream.readAllBytes();
      }
    } catch (FileNotFoundException e) {
      throw new InvalidInputException(path + " does not exist", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(path + " cannot be read: " + e, e);
    }
  }

  private static String message(OpenClipException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }
}
