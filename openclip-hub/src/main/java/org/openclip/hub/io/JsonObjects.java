package org.openclip.hub.io;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;

/**
 * JSON objects as {@code Map<String, Object>} in the order of the file.
 *
 * <p>Reading is strict: one object and nothing after it, no key twice, and bounds on nesting and on
 * the length of names and numbers, so that a hostile file ends in an error and not in a full heap.
 */
public final class JsonObjects {
  /** The most bytes of a configuration file; real ones have a few thousand. */
  private static final long MOST_BYTES = 64L << 20;

  private static final JSON MAPPER =
      JSON.builder(bounded(64, 64).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(JSON.Feature.PRETTY_PRINT_OUTPUT, JSON.Feature.WRITE_NULL_PROPERTIES)
          .build();

  /** Reads what Python's own reader does, deeper and with longer numbers. */
  private static final JSON PYTHON =
      JSON.builder(bounded(512, 4300).enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build())
          .disable(JSON.Feature.FAIL_ON_DUPLICATE_MAP_KEYS)
          .build();

  private JsonObjects() {}

  private static JsonFactoryBuilder bounded(int depth, int digits) {
    return new JsonFactoryBuilder()
        // Buffers of threads would keep the class loader as long as there is memory.
        .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(depth)
                .maxNameLength(4096)
                .maxNumberLength(digits)
                .maxStringLength(16 << 20)
                .build());
  }

  /**
   * Reads a file.
   *
   * @throws InvalidFileException when it is missing, too large, or not one JSON object
   */
  public static Map<String, Object> read(Path file) {
    return read(MAPPER, file);
  }

  /**
   * Reads a file as {@link #parsePython} reads bytes.
   *
   * @throws InvalidFileException when it is missing, too large, or not one such object
   */
  public static Map<String, Object> readPython(Path file) {
    return read(PYTHON, file);
  }

  private static Map<String, Object> read(JSON mapper, Path file) {
    try {
      long size = Files.size(file);
      if (size > MOST_BYTES) {
        throw new InvalidFileException(
            file.toString(),
            -1,
            "has " + size + " bytes, but the limit for a JSON file is " + MOST_BYTES);
      }
      return parse(mapper, file.toString(), 0, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new InvalidFileException(file.toString(), -1, "there is no such file", e);
    } catch (IOException e) {
      InterruptedCallException.check(file + " was read", e);
      throw new InvalidFileException(file.toString(), -1, "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a JSON object in UTF-8.
   *
   * @param name the file's name, for messages
   * @param start the offset of the first byte in that file, for messages
   * @throws InvalidFileException when the bytes are not one JSON object
   */
  public static Map<String, Object> parse(String name, long start, byte[] bytes) {
    return parse(MAPPER, name, start, bytes);
  }

  /**
   * Reads a JSON object as Python's {@code json} writes and reads it: {@code NaN}, {@code Infinity}
   * and {@code -Infinity} are numbers, and of a key that stands there several times the last
   * counts.
   *
   * @param name the file's name, for messages
   * @throws InvalidFileException when the bytes are not one such object
   */
  public static Map<String, Object> parsePython(String name, byte[] bytes) {
    return parse(PYTHON, name, 0, bytes);
  }

  private static Map<String, Object> parse(JSON mapper, String name, long start, byte[] bytes) {
    try (JsonParser parser = mapper.createParser(bytes)) {
      Map<String, Object> object = mapper.mapFrom(parser);
      if (object == null) {
        throw new InvalidFileException(name, start, "contains no JSON object");
      }
      if (parser.nextToken() != null) {
        throw new InvalidFileException(
            name,
            start + parser.currentTokenLocation().getByteOffset(),
            "there is text after the JSON object");
      }
      return object;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      if (at == null) {
        throw new InvalidFileException(name, start, "is not a JSON object: " + problem(e), e);
      }
      throw new InvalidFileException(
          name,
          start + Math.max(0, at.getByteOffset()),
          "line %s, column %s is not JSON: %s"
              .formatted(at.getLineNr(), at.getColumnNr(), problem(e)),
          e);
    } catch (IOException e) {
      throw new InvalidFileException(name, start, "is not a JSON object: " + e.getMessage(), e);
    }
  }

  /** Returns the first line of the message without what the location says again. */
  private static String problem(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    return message == null ? "it cannot be parsed" : message.lines().findFirst().orElse("");
  }

  /** Returns an object as indented JSON text with a line feed at its end. */
  public static String write(Map<String, ?> object) {
    try {
      return MAPPER.asString(object) + "\n";
    } catch (IOException e) {
      throw new IllegalStateException("plain maps can always be written", e);
    }
  }

  /** Returns an object as JSON text without white space. */
  public static String writeCompact(Map<String, ?> object) {
    try {
      return MAPPER.without(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(object);
    } catch (IOException e) {
      throw new IllegalStateException("plain maps can always be written", e);
    }
  }
}
