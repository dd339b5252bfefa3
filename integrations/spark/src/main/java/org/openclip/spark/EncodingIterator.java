package org.openclip.spark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import org.apache.spark.sql.Row;

/** The rows of a partition with their results, encoded some at a time while they are asked for. */
final class EncodingIterator implements Iterator<Row> {
  private final Iterator<Row> rows;
  private final int column;
  private final int count;
  private final ValueEncoder encoder;
  private final BiFunction<Row, Encoded, Row> append;
  private final Runnable end;
  private final Deque<Row> ready = new ArrayDeque<>();

  /**
   * Creates an iterator.
   *
   * @param column the input's index
   * @param count how many rows are encoded at a time
   * @param append makes an output row
   * @param end is run after the last row
   */
  EncodingIterator(
      Iterator<Row> rows,
      int column,
      int count,
      ValueEncoder encoder,
      BiFunction<Row, Encoded, Row> append,
      Runnable end) {
    this.rows = rows;
    this.column = column;
    this.count = count;
    this.encoder = encoder;
    this.append = append;
    this.end = end;
  }

  @Override
  public boolean hasNext() {
    if (ready.isEmpty()) {
      fill();
    }
    return !ready.isEmpty();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  private void fill() {
    List<Row> batch = new ArrayList<>(count);
    List<Object> values = new ArrayList<>(count);
    while (batch.size() < count && rows.hasNext()) {
      Row row = rows.next();
      batch.add(row);
      values.add(row.isNullAt(column) ? null : row.get(column));
    }
    if (batch.isEmpty()) {
      end.run();
      return;
    }
    List<Encoded> results = encoder.encode(values);
    for (int i = 0; i < batch.size(); i++) {
      ready.add(append.apply(batch.get(i), results.get(i)));
    }
  }
}
