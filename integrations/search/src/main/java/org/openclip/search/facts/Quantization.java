package org.openclip.search.facts;

import java.util.Locale;

/**
 * How many bits a number of a vector takes where neighbours are looked for. Whatever it is, the
 * vectors are kept whole beside it, and what is found is ranked by them.
 */
public enum Quantization {
  /** One byte: a quarter of the memory of whole vectors. */
  INT8,
  /** One bit: a thirty-second, and more candidates for the same quality. */
  BINARY,
  /** Whole vectors. */
  NONE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
