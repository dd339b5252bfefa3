package org.openclip.api.graph;

import org.openclip.api.OpenClipException;

/**
 * One dimension of a shape: a number, or {@code scale * symbol + offset} over a symbol whose value
 * is known only when the program runs, such as the batch or the length of the texts.
 *
 * @param symbol the symbol's name; empty for a number
 * @param scale the factor of the symbol, at least 1; 0 for a number
 * @param offset what is added; the number itself when there is no symbol
 */
public record Dim(String symbol, long scale, long offset) {
  /** The number of images or texts that run together. */
  public static final Dim BATCH = symbol("batch");

  /** The number of tokens of every text of a batch. */
  public static final Dim LENGTH = symbol("length");

  /** Checks that a number has no symbol and a symbol a positive factor. */
  public Dim {
    if (symbol.isEmpty() ? scale != 0 || offset < 0 : scale < 1) {
      throw new OpenClipException(
          "invalid dimension: " + scale + " * '" + symbol + "' + " + offset + " is not positive");
    }
  }

  /** Returns a dimension of known size. */
  public static Dim of(long size) {
    return new Dim("", 0, size);
  }

  /** Returns a dimension whose size is known only when the program runs. */
  public static Dim symbol(String name) {
    return new Dim(name, 1, 0);
  }

  /** Returns whether the size is known. */
  public boolean fixed() {
    return symbol.isEmpty();
  }

  /**
   * Returns the size.
   *
   * @throws OpenClipException when it is known only at run time
   */
  public long size() {
    if (!fixed()) {
      throw new OpenClipException("dimension " + this + " is not known before the program runs");
    }
    return offset;
  }

  /** Returns this dimension with a number added. */
  public Dim plus(long number) {
    return new Dim(symbol, scale, offset + number);
  }

  /** Returns the sum of two dimensions over at most one symbol. */
  public Dim plus(Dim other) {
    if (other.fixed()) {
      return plus(other.offset);
    }
    if (fixed()) {
      return other.plus(offset);
    }
    if (symbol.equals(other.symbol)) {
      return new Dim(symbol, scale + other.scale, offset + other.offset);
    }
    throw new OpenClipException("cannot add dimensions " + this + " and " + other);
  }

  /** Returns the difference of two dimensions over at most one symbol. */
  public Dim minus(Dim other) {
    if (other.fixed()) {
      return plus(-other.offset);
    }
    if (symbol.equals(other.symbol) && scale >= other.scale) {
      long rest = scale - other.scale;
      return new Dim(rest == 0 ? "" : symbol, rest, offset - other.offset);
    }
    throw new OpenClipException("cannot take dimension " + other + " from " + this);
  }

  /** Returns whether this is another dimension plus a number that is known, 0 or more. */
  boolean isAtLeast(Dim other) {
    try {
      return minus(other).fixed();
    } catch (OpenClipException e) {
      return false;
    }
  }

  /** Returns the product of two dimensions over at most one symbol. */
  public Dim times(Dim other) {
    if (fixed()) {
      return other.fixed()
          ? of(Math.multiplyExact(offset, other.offset))
          : new Dim(other.symbol, other.scale * offset, other.offset * offset);
    }
    if (other.fixed()) {
      return other.times(this);
    }
    throw new OpenClipException("cannot multiply dimensions " + this + " and " + other);
  }

  /** Returns the number, or the formula over the symbol. */
  @Override
  public String toString() {
    if (fixed()) {
      return Long.toString(offset);
    }
    String product = scale == 1 ? symbol : scale + "*" + symbol;
    return offset == 0 ? product : product + (offset > 0 ? "+" : "") + offset;
  }
}
