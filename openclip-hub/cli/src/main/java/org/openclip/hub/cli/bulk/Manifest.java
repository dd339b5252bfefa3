package org.openclip.hub.cli.bulk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;

/**
 * The file {@code embed.json} of a folder of vectors: what they are, and which parts are whole.
 *
 * @param fingerprint that of the model
 * @param model its name
 * @param dimensions of the vectors
 * @param normalised whether they have length 1
 * @param parts in the order of their numbers
 */
record Manifest(
    String fingerprint, String model, int dimensions, boolean normalised, List<Part> parts) {
  static final String NAME = "embed.json";

  Manifest {
    parts = List.copyOf(parts);
  }

  /**
   * A pair of files.
   *
   * @param rows how many vectors they have
   * @param vectors the SHA-256 of the NPY file
   * @param metadata the SHA-256 of the JSON lines
   */
  record Part(long rows, String vectors, String metadata) {}

  static boolean exists(Path folder) {
    return Files.exists(folder.resolve(NAME));
  }

  /**
   * Reads the manifest of a folder.
   *
   * @throws InvalidFileException when it is none
   */
  static Manifest read(Path folder) {
    Path file = folder.resolve(NAME);
    Map<String, Object> json = JsonObjects.read(file);
    List<Part> parts = new ArrayList<>();
    if (json.get("parts") instanceof List<?> list
        && json.get("fingerprint") instanceof String fingerprint
        && json.get("dimensions") instanceof Number dimensions) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> part && part.get("rows") instanceof Number rows) {
          parts.add(
              new Part(
                  rows.longValue(),
                  String.valueOf(part.get("vectors_sha256")),
                  String.valueOf(part.get("metadata_sha256"))));
        }
      }
      return new Manifest(
          fingerprint,
          String.valueOf(json.get("model")),
          dimensions.intValue(),
          Boolean.TRUE.equals(json.get("normalised")),
          parts);
    }
    throw new InvalidFileException(
        file.toString(), -1, "does not describe the vectors in its folder; choose another folder");
  }

  void write(Path folder) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("fingerprint", fingerprint);
    json.put("model", model);
    json.put("dimensions", dimensions);
    json.put("normalised", normalised);
    json.put("rows", parts.stream().mapToLong(Part::rows).sum());
    List<Object> all = new ArrayList<>();
    for (Part part : parts) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("rows", part.rows());
      each.put("vectors_sha256", part.vectors());
      each.put("metadata_sha256", part.metadata());
      all.add(each);
    }
    json.put("parts", all);
    byte[] text = (JsonObjects.write(json) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(
        folder.resolve(NAME),
        channel -> {
          ByteBuffer rest = ByteBuffer.wrap(text);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
  }
}
