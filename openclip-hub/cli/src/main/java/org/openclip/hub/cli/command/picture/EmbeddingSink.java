package org.openclip.hub.cli.command.picture;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.cli.bulk.NpyWriter;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.terminal.BrokenPipeException;
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

  /** Takes pieces of text. */
  interface Output {
    void write(CharSequence text) throws IOException;
  }

  /** A JSON object with {@code kind}, {@code id} and {@code vector} for each item, on a line. */
  static EmbeddingSink lines(PrintStream stream) {
    return lines(text -> print(stream, text));
  }

  /** The same objects in a file. */
  static EmbeddingSink lines(FileChannel channel) {
    return lines(text -> write(channel, text));
  }

  /**
   * Cells of {@code kind}, {@code id} and the vector's numbers for each item, below their names.
   */
  static EmbeddingSink rows(PrintStream stream, char separator) {
    return rows(text -> print(stream, text), separator);
  }

  /** The same rows in a file. */
  static EmbeddingSink rows(FileChannel channel, char separator) {
    return rows(text -> write(channel, text), separator);
  }

  private static EmbeddingSink lines(Output out) {
    return (items, rows) -> {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < items.size(); i++) {
        text.append(line(items.get(i), rows.row(i))).append('\n');
      }
      out.write(text);
    };
  }

  private static EmbeddingSink rows(Output out, char separator) {
    return new EmbeddingSink() {
      private boolean headed;

      @Override
      public void append(List<Item> items, Embeddings rows) throws IOException {
        StringBuilder text = new StringBuilder();
        if (!headed) {
          List<String> head = new ArrayList<>(List.of("kind", "id"));
          IntStream.range(0, rows.width()).forEach(j -> head.add("v" + j));
          text.append(DelimitedRows.line(head, separator));
          headed = true;
        }
        for (int i = 0; i < items.size(); i++) {
          List<Object> cells = new ArrayList<>(List.of(items.get(i).kind(), items.get(i).id()));
          for (float number : rows.row(i)) {
            cells.add(number);
          }
          text.append(DelimitedRows.line(cells, separator));
        }
        out.write(text);
      }
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
            "the vector of %s %s contains %s, which JSON cannot represent; try --precision fp32"
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

  private static void print(PrintStream out, CharSequence text) {
    out.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
    BrokenPipeException.flush(out);
  }

  private static void write(FileChannel channel, CharSequence text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
