package org.openclip.hub.cli.bulk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows that a folder has before a run. */
final class RowsBefore {
  private final List<Manifest.Part> parts;
  private final Map<String, Row> rows = new HashMap<>();

  /**
   * Reads the rows of the parts that are complete.
   *
   * @param parts the parts of the folder's manifest
   * @param width the number of dimensions of the vectors
   */
  RowsBefore(Path folder, List<Manifest.Part> parts, int width) {
    this.parts = List.copyOf(parts);
    for (int number = 0; number < parts.size(); number++) {
      int part = number;
      new VectorPart(folder, number)
          .read(parts.get(number), width)
          .ifPresent(content -> take(content, part));
    }
  }

  private void take(VectorPart.Content content, int part) {
    for (int row = 0; row < content.items().size(); row++) {
      BulkItem item = content.items().get(row);
      rows.put(item.id(), new Row(item, content.rows(), part, row));
    }
  }

  /**
   * A row.
   *
   * @param part the number of its part
   * @param number its number in the part
   */
  record Row(BulkItem item, VectorPart.Rows rows, int part, int number) {
    float[] vector() {
      return rows.row(number);
    }
  }

  /** Returns the row of a picture that has not changed since; null if there is none. */
  @Nullable Row row(BulkItem item) {
    Row row = rows.get(item.id());
    return row != null && row.item.same(item) ? row : null;
  }

  List<Manifest.Part> parts() {
    return parts;
  }

  /** Returns the parts from a number on. */
  List<Manifest.Part> partsFrom(int number) {
    return new ArrayList<>(parts.subList(Math.min(parts.size(), number), parts.size()));
  }
}
