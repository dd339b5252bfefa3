package org.openclip.hub.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.cli.BrokenPipeException;
import org.openclip.hub.io.JsonObjects;

/** Where {@code embed} puts vectors as they come, so that they need not fit into memory. */
interface EmbeddingSink {
  /**
   * A picture or a text.
   *
   * @param kind {@code image} or {@code text}
   * @param id the picture's path, or the text itself
   */
  record Item(String kind, String id) {}

  /** Adds a row for each item. */
  void append(List<Item> items, Embeddings rows) throws IOException;

  /** A JSON object with {@code kind}, {@code id} and {@code vector} for each item, on a line. */
  static EmbeddingSink lines(PrintStream stream) {
    PrintStream out = new PrintStream(stream, false, StandardCharsets.UTF_8);
    return (items, rows) -> {
      for (int i = 0; i < items.size(); i++) {
        out.println(line(items.get(i), rows.row(i)));
      }
      BrokenPipeException.flush(out);
    };
  }

  /** The same objects in a file. */
  static EmbeddingSink lines(FileChannel channel) {
    return (items, rows) -> {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < items.size(); i++) {
        text.append(line(items.get(i), rows.row(i))).append('\n');
      }
      write(channel, text);
    };
  }

  /**
   * A matrix, and beside it a JSON object with {@code row}, {@code kind} and {@code id} for each.
   */
  static EmbeddingSink matrix(NpyWriter matrix, FileChannel index) {
    return (items, rows) -> {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < items.size(); i++) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("row", matrix.rows() + i);
        object.put("kind", items.get(i).kind());
        object.put("id", items.get(i).id());
        text.append(JsonObjects.writeCompact(object)).append('\n');
      }
      matrix.append(rows);
      write(index, text);
    };
  }

  private static String line(Item item, float[] vector) {
    List<Float> numbers = new ArrayList<>(vector.length);
    for (float number : vector) {
      if (!Float.isFinite(number)) {
        throw new InvalidInputException(
            "the vector of %s %s holds %s, which JSON cannot; try --precision fp32"
                .formatted(item.kind(), item.id(), number));
      }
      numbers.add(number);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("kind", item.kind());
    object.put("id", item.id());
    object.put("vector", numbers);
    return JsonObjects.writeCompact(object);
  }

  private static void write(FileChannel channel, CharSequence text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
