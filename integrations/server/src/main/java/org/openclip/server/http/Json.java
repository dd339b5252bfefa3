package org.openclip.server.http;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.Map;

/** JSON objects of requests and answers. Reading is strict and bounded. */
final class Json {
  private static final JSON MAPPER =
      JSON.builder(
              new JsonFactoryBuilder()
                  .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxNameLength(1024)
                          .maxNumberLength(64)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
          .build();

  private Json() {}

  /**
   * Reads one object.
   *
   * @throws Problem when it is none
   */
  static Map<String, Object> parse(byte[] bytes) {
    try (JsonParser parser = MAPPER.createParser(bytes)) {
      Map<String, Object> object = MAPPER.mapFrom(parser);
      if (object == null) {
        throw Problem.invalid("the request has no body; send a JSON object");
      }
      if (parser.nextToken() != null) {
        throw Problem.invalid("there is text after the JSON object of the request");
      }
      return object;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " (line %s, column %s)".formatted(at.getLineNr(), at.getColumnNr());
      throw Problem.invalid("the request is not a JSON object%s: %s".formatted(where, first(e)));
    } catch (IOException e) {
      throw Problem.invalid("the request is not a JSON object: " + e.getMessage());
    }
  }

  /** Returns the first line of what is wrong, without the location. */
  private static String first(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    String line = message == null ? "" : message.lines().findFirst().orElse("");
    return line.length() > 200 ? line.substring(0, 200) + "…" : line;
  }

  static byte[] write(Map<String, ?> object) {
    try {
      return MAPPER.asBytes(object);
    } catch (IOException e) {
      throw new IllegalStateException("plain maps can always be written", e);
    }
  }
}
