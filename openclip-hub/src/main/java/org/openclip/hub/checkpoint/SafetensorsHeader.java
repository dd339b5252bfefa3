package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.tensor.DataType;
import org.openclip.hub.io.JsonObjects;

/**
 * The header of a safetensors file: eight bytes of length (little-endian), a JSON object that gives
 * type, shape and byte range of every tensor, then the tensors without gaps
 * (huggingface/safetensors, "Format").
 *
 * @param dataStart the offset of the first tensor's bytes in the file
 * @param entries the tensors by name, in the order of the JSON object
 * @param metadata free text of {@code __metadata__}
 */
record SafetensorsHeader(long dataStart, Map<String, Entry> entries, Map<String, String> metadata) {
  /** The longest header that the format allows, in bytes. */
  private static final long MOST_BYTES = 100_000_000;

  private static final String METADATA = "__metadata__";

  /** The format's names of the types that {@link DataType} has. */
  static final Map<String, DataType> TYPES =
      Map.of(
          "F32", DataType.FLOAT32,
          "F16", DataType.FLOAT16,
          "BF16", DataType.BFLOAT16,
          "I64", DataType.INT64,
          "I32", DataType.INT32,
          "I8", DataType.INT8,
          "BOOL", DataType.BOOL);

  /**
   * A tensor's place.
   *
   * @param begin the offset of its first byte after the header
   * @param end the offset after its last byte
   */
  record Entry(DataType type, List<Long> shape, long begin, long end) {}

  SafetensorsHeader {
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Reads and checks the header against the file's size.
   *
   * @throws InvalidFileException when anything in it is not as the format promises
   */
  static SafetensorsHeader read(FileBytes bytes) throws IOException {
    String file = bytes.name();
    long size = bytes.size();
    if (size < 8) {
      throw new InvalidFileException(
          file,
          0,
          "has " + size + " bytes, but a safetensors file starts with a length of 8 bytes");
    }
    long length = bytes.bytes(0, 8).getLong();
    if (length < 2 || length > MOST_BYTES || length > size - 8) {
      throw new InvalidFileException(
          file,
          0,
          "the header length is %s bytes, but the file has %s and the format allows %s; the"
                  .formatted(Long.toUnsignedString(length), size, MOST_BYTES)
              + " file is truncated or not a safetensors file");
    }
    byte[] text = bytes.bytes(8, (int) length).array();
    if (text[0] != '{') {
      throw new InvalidFileException(file, 8, "the header does not start with '{'");
    }
    Map<String, Object> json = JsonObjects.parse(file, 8, text);
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    json.forEach(
        (name, value) -> {
          if (!(value instanceof Map<?, ?> map)) {
            throw new InvalidFileException(
                file, 8, "header entry '" + name + "' is not a JSON object");
          } else if (name.equals(METADATA)) {
            map.forEach((k, v) -> metadata.put(String.valueOf(k), String.valueOf(v)));
          } else {
            entries.put(name, entry(file, name, map));
          }
        });
    SafetensorsHeader header = new SafetensorsHeader(8 + length, entries, metadata);
    header.checkRanges(file, size);
    return header;
  }

  private static Entry entry(String file, String name, Map<?, ?> map) {
    for (Object key : map.keySet()) {
      if (!List.of("dtype", "shape", "data_offsets").contains(key)) {
        throw wrong(file, name, "has the unknown key '" + key + "'");
      }
    }
    DataType type = map.get("dtype") instanceof String text ? TYPES.get(text) : null;
    if (type == null) {
      throw wrong(
          file,
          name,
          "has dtype "
              + map.get("dtype")
              + ", but only "
              + String.join(", ", TYPES.keySet().stream().sorted().toList())
              + " are supported; convert the tensor");
    }
    List<Long> shape = integers(file, name, "shape", map.get("shape"));
    List<Long> range = integers(file, name, "data_offsets", map.get("data_offsets"));
    if (range.size() != 2 || range.get(1) < range.get(0)) {
      throw wrong(file, name, "has data_offsets " + range + ", which is not a valid range");
    }
    long bytes;
    try {
      bytes = type.bytes();
      for (long dim : shape) {
        bytes = Math.multiplyExact(bytes, dim);
      }
    } catch (ArithmeticException e) {
      throw wrong(file, name, "has the invalid shape " + shape);
    }
    if (range.get(1) - range.get(0) != bytes) {
      throw wrong(
          file,
          name,
          "%s%s needs %s bytes, but its data_offsets %s span %s"
              .formatted(type, shape, bytes, range, range.get(1) - range.get(0)));
    }
    return new Entry(type, shape, range.get(0), range.get(1));
  }

  private static List<Long> integers(String file, String name, String key, @Nullable Object value) {
    List<Long> result = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object element : list) {
        if ((element instanceof Integer || element instanceof Long)
            && ((Number) element).longValue() >= 0) {
          result.add(((Number) element).longValue());
        } else {
          throw wrong(file, name, "has " + element + " in its " + key);
        }
      }
      return List.copyOf(result);
    }
    throw wrong(file, name, "has no list " + key);
  }

  private static InvalidFileException wrong(String file, String name, String problem) {
    return new InvalidFileException(file, 8, "tensor '" + name + "' " + problem);
  }

  /** The tensors must fill the file after the header: no gap, no overlap, nothing after them. */
  private void checkRanges(String file, long size) {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
    sorted.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long at = 0;
    for (Map.Entry<String, Entry> entry : sorted) {
      Entry place = entry.getValue();
      if (place.end() > size - dataStart) {
        throw new InvalidFileException(
            file,
            dataStart + place.begin(),
            "tensor '%s' ends at byte %s, but the file has %s bytes; it is truncated, download it again"
                .formatted(entry.getKey(), dataStart + place.end(), size));
      }
      if (place.begin() != at) {
        throw new InvalidFileException(
            file,
            dataStart + place.begin(),
            "tensor '%s' starts %s bytes %s the end of the previous tensor"
                .formatted(
                    entry.getKey(),
                    Math.abs(place.begin() - at),
                    place.begin() < at ? "before" : "after"));
      }
      at = place.end();
    }
    if (at != size - dataStart) {
      throw new InvalidFileException(
          file, dataStart + at, (size - dataStart - at) + " bytes follow the last tensor");
    }
  }
}
