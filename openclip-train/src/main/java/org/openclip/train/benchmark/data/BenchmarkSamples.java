package org.openclip.train.benchmark.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.benchmark.python.PythonText;
import org.openclip.train.shard.ShardReader;

/**
 * Reads and decodes the samples of a data set in their stored order. A sample that cannot be read
 * ends the measurement, for a number over fewer samples would be another number.
 */
public final class BenchmarkSamples implements AutoCloseable {
  /** What may be the picture; the first that is there is. */
  private static final List<String> PICTURES = List.of("webp", "png", "jpg", "jpeg");

  /** What Python reads as a whole number. */
  private static final String WHOLE = "\\s*[+-]?\\d{1,9}\\s*";

  private final BenchmarkData data;
  private final PictureFiles decoder;
  private final RemoteFiles files;
  private final ShardCache cache;
  private final Iterator<String> shards;
  private @Nullable ShardReader reader;

  /**
   * A sample.
   *
   * @param name for messages
   * @param picture decoded
   * @param label the number of its class; -1 unless there is one class
   * @param labels a number for each class; empty unless there are several classes
   * @param captions of the picture; empty unless it has captions
   */
  public record Sample(
      String name, Image picture, int label, List<Double> labels, List<String> captions) {}

  public BenchmarkSamples(
      BenchmarkData data, PictureFiles decoder, RemoteFiles files, ShardCache cache) {
    this.data = data;
    this.decoder = decoder;
    this.files = files;
    this.cache = cache;
    this.shards = data.shards().iterator();
  }

  /**
   * Returns the next samples; none after the last.
   *
   * @param count how many at most
   * @throws InvalidFileException when a shard cannot be read to its end
   * @throws InvalidInputException when a sample lacks a picture or a label, or has a damaged one
   */
  public List<Sample> next(int count) {
    List<ShardReader.Group> groups = new ArrayList<>();
    while (groups.size() < count) {
      ShardReader.Group group = group();
      if (group == null) {
        break;
      }
      groups.add(group);
    }
    return groups.parallelStream().map(this::sample).toList();
  }

  private ShardReader.@Nullable Group group() {
    while (true) {
      ShardReader open = reader;
      String location = open == null ? "" : open.location();
      try {
        if (open != null) {
          ShardReader.Group group = open.next();
          if (group == null) {
            close();
          } else if (!group.files().isEmpty()) {
            return group;
          }
          continue;
        }
        if (!shards.hasNext()) {
          return null;
        }
        location = shards.next();
        reader = ShardReader.open(cache.local(location, files), files, false);
      } catch (IOException e) {
        throw new InvalidFileException(
            location, -1, "cannot be read to its end: " + e.getMessage());
      }
    }
  }

  private Sample sample(ShardReader.Group group) {
    String name = group.name();
    try {
      byte[] picture =
          PICTURES.stream()
              .map(group.files()::get)
              .filter(bytes -> bytes != null)
              .findFirst()
              .orElseThrow(() -> missing(group, PICTURES.toString()));
      Image image = decoder.decode(picture, name).toRgb();
      return switch (data.kind()) {
        case CLASSIFICATION ->
            new Sample(name, image, label(text(group, "cls")), List.of(), List.of());
        case MULTILABEL ->
            new Sample(name, image, -1, LabelVector.read(member(group, "npy")), List.of());
        case RETRIEVAL ->
            new Sample(name, image, -1, List.of(), PythonText.lines(text(group, "txt")));
      };
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          "sample %s of %s: %s".formatted(name, data.location(), e.getMessage()), e);
    }
  }

  private static byte[] member(ShardReader.Group group, String suffix) {
    byte[] bytes = group.files().get(suffix);
    if (bytes == null) {
      throw missing(group, "." + suffix);
    }
    return bytes;
  }

  private static InvalidInputException missing(ShardReader.Group group, String wanted) {
    return new InvalidInputException("it has no " + wanted + " but " + group.files().keySet());
  }

  private static String text(ShardReader.Group group, String suffix) {
    byte[] bytes = member(group, suffix);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException("its ." + suffix + " is not UTF-8", e);
    }
  }

  private int label(String text) {
    int classes = data.classes().map(List::size).orElse(Integer.MAX_VALUE);
    int label = text.matches(WHOLE) ? Integer.parseInt(text.strip()) : -1;
    if (label < 0 || label >= classes) {
      throw new InvalidInputException(
          "its class '%s' is not a number from 0 to %s".formatted(text.strip(), classes - 1));
    }
    return label;
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
