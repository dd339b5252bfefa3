package org.openclip.api.text;

import java.util.Arrays;
import org.openclip.api.InvalidInputException;

/** A batch of token ids, {@code int64[size, length]}. Immutable. */
public final class Tokens {
  private final int size;
  private final int length;
  private final long[] ids;

  private Tokens(int size, int length, long[] ids) {
    this.size = size;
    this.length = length;
    this.ids = ids;
  }

  /**
   * Creates a batch from a copy of the ids.
   *
   * @param length the number of ids of every row
   * @param ids the rows one after the other
   * @throws InvalidInputException when the number of ids is not a multiple of the length
   */
  public static Tokens of(int length, long[] ids) {
    if (length < 1 || ids.length % length != 0) {
      throw new InvalidInputException(
          ids.length + " ids do not divide into rows of length " + length);
    }
    return new Tokens(ids.length / length, length, ids.clone());
  }

  /** Returns the number of texts. */
  public int size() {
    return size;
  }

  /** Returns the number of ids of every text. */
  public int length() {
    return length;
  }

  /** Returns the id at a row and a column. */
  public long id(int row, int column) {
    if (row < 0 || row >= size || column < 0 || column >= length) {
      throw new InvalidInputException(
          "there is no token at position " + column + " of text " + row + " in " + this);
    }
    return ids[row * length + column];
  }

  /** Returns a copy of the ids of one text. */
  public long[] row(int row) {
    if (row < 0 || row >= size) {
      throw new InvalidInputException("row " + row + " is not one of 0 to " + (size - 1));
    }
    return Arrays.copyOfRange(ids, row * length, (row + 1) * length);
  }

  /** Returns a copy of all ids, row by row. */
  public long[] toArray() {
    return ids.clone();
  }

  /** Returns size and length, such as {@code Tokens[2 x 77]}. */
  @Override
  public String toString() {
    return "Tokens[" + size + " x " + length + "]";
  }
}
