package org.openclip.models.image.jpeg;

import org.jspecify.annotations.Nullable;

/**
 * The coefficients of a component that come in several scans. The first one of each block has a
 * place of its own; memory for the others is taken for a group of blocks when one of them is coded.
 */
final class Coefficients {
  private final int across;
  private final int groups;

  /** The first coefficients, row by row of blocks. */
  private final short[] first;

  /** For each row of blocks and group in it, 64 numbers a block in the order of the file. */
  private final short[] @Nullable [] others;

  Coefficients(int across, int down) {
    this.across = across;
    groups = (across + InverseDct.BLOCKS - 1) / InverseDct.BLOCKS;
    first = new short[Math.multiplyExact(across, down)];
    others = new short[Math.multiplyExact(groups, down)][];
  }

  int first(int column, int row) {
    return first[row * across + column];
  }

  void first(int column, int row, int value) {
    first[row * across + column] = (short) value;
  }

  /** Returns the group that holds a block; null when nothing is coded in it. */
  short @Nullable [] group(int column, int row) {
    return others[row * groups + column / InverseDct.BLOCKS];
  }

  /** Returns the group that holds a block. */
  short[] coded(int column, int row) {
    int index = row * groups + column / InverseDct.BLOCKS;
    short[] group = others[index];
    if (group == null) {
      group = new short[64 * InverseDct.BLOCKS];
      others[index] = group;
    }
    return group;
  }

  /** Returns where a block begins in its group. */
  static int place(int column) {
    return column % InverseDct.BLOCKS * 64;
  }
}
