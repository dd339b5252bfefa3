package org.openclip.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.PictureSink;

/** The step from a column's values to vectors; a bad value costs itself alone. */
final class ValueEncoder {
  private final ClipModel model;
  private final InputKind kind;
  private final boolean unit;
  private final Configuration files;

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
    List<Object> present = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      Object value = values.get(i);
      if (value == null) {
        results[i] = Encoded.failed("the " + kind + " is null");
      } else {
        rows.add(i);
        present.add(value);
      }
    }
    if (present.isEmpty()) {
      return List.of(results);
    }
    if (kind == InputKind.TEXT) {
      put(results, rows, model.encodeTexts(present.stream().map(String.class::cast).toList()));
    } else {
      model.encodeImages(present.stream().map(this::source), new Sink(results, rows));
    }
    return List.of(results);
  }

  /** Takes what became of the pictures. */
  private final class Sink implements PictureSink {
    private final Encoded[] results;
    private final List<Integer> rows;

    Sink(Encoded[] results, List<Integer> rows) {
      this.results = results;
      this.rows = rows;
    }

    @Override
    public void take(Batch batch) {
      put(results, batch.items().stream().map(item -> row(item.index())).toList(), batch.rows());
    }

    @Override
    public void failed(Failure failure) {
      results[row(failure.index())] = Encoded.failed(message(failure.reason()));
    }

    private int row(long index) {
      return rows.get(Math.toIntExact(index));
    }
  }

  private void put(Encoded[] results, List<Integer> rows, Embeddings embeddings) {
    Embeddings vectors = unit ? embeddings.normalised() : embeddings;
    for (int i = 0; i < vectors.size(); i++) {
      results[rows.get(i)] = Encoded.of(vectors.row(i));
    }
  }

  private PictureSource source(Object value) {
    if (kind == InputKind.BYTES) {
      return PictureSource.bytes("the picture", (byte[]) value);
    }
    String path = (String) value;
    try {
      Path file = new Path(path);
      FileSystem system = file.getFileSystem(files);
      // Hadoop looks for a file of checksums beside every local one.
      return system instanceof LocalFileSystem local
          ? PictureSource.file(local.pathToFile(file).toPath())
          : PictureSource.opening(path, () -> open(system, file));
    } catch (IOException | IllegalArgumentException e) {
      return PictureSource.opening(path, () -> cannotBeRead(path, e));
    }
  }

  private static InputStream open(FileSystem system, Path file) throws IOException {
    try {
      return system.open(file);
    } catch (FileNotFoundException e) {
      throw new InvalidInputException(file + " does not exist, or is a folder", e);
    }
  }

  private static InputStream cannotBeRead(String path, Exception e) {
    throw new InvalidInputException(path + " cannot be read: " + e, e);
  }

  private static String message(OpenClipException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }
}
