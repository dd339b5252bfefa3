package org.openclip.models.audio.flac;

import org.openclip.api.InvalidFileException;

/** Reads the bits of a file, the most significant one of a byte first. For one thread. */
final class BitReader {
  private final String name;
  private final byte[] file;
  private long at;

  /**
   * Creates a reader.
   *
   * @param name what the file is called in messages
   * @param start the first byte to read
   */
  BitReader(String name, byte[] file, int start) {
    this.name = name;
    this.file = file;
    this.at = 8L * start;
  }

  /** Returns the index of the byte that is read next. */
  int position() {
    return (int) (at >> 3);
  }

  /** Returns how many bytes have not been touched. */
  int remaining() {
    return file.length - (int) ((at + 7) >> 3);
  }

  void moveTo(int position) {
    at = 8L * position;
  }

  void skip(int bits) {
    at += bits;
  }

  /** Skips the rest of a byte that has been touched. */
  void align() {
    at = (at + 7) & -8;
  }

  byte[] file() {
    return file;
  }

  /** Reads an unsigned number of up to 57 bits. */
  long read(int bits) {
    require(bits);
    long value = 0;
    int left = bits;
    while (left > 0) {
      int inByte = 8 - (int) (at & 7);
      int taken = Math.min(left, inByte);
      int piece = (file[(int) (at >> 3)] & 0xff) >> (inByte - taken) & ((1 << taken) - 1);
      value = value << taken | piece;
      at += taken;
      left -= taken;
    }
    return value;
  }

  /** Reads a number in two's complement. */
  long readSigned(int bits) {
    if (bits == 0) {
      return 0;
    }
    int unused = 64 - bits;
    return read(bits) << unused >> unused;
  }

  /** Counts zeros up to the next one, and skips that. */
  int readUnary() {
    int zeros = 0;
    while (true) {
      require(1);
      int inByte = 8 - (int) (at & 7);
      int rest = file[(int) (at >> 3)] & ((1 << inByte) - 1);
      if (rest != 0) {
        int here = inByte - (32 - Integer.numberOfLeadingZeros(rest));
        at += here + 1;
        return zeros + here;
      }
      zeros += inByte;
      at += inByte;
    }
  }

  private void require(int bits) {
    if (at + bits > 8L * file.length) {
      throw damaged("ends in the middle of a frame");
    }
  }

  /** Creates the exception for a file that is not as it should be. */
  InvalidFileException damaged(String problem) {
    return new InvalidFileException(
        name, position(), "is no FLAC file that can be read: it " + problem);
  }
}
