package org.openclip.models.audio.flac;

/** A cyclic redundancy check, as FLAC uses two of them. Immutable. */
final class Checksum {
  /** Of a frame's header. */
  static final Checksum CRC8 = new Checksum(8, 0x07);

  /** Of a whole frame. */
  static final Checksum CRC16 = new Checksum(16, 0x8005);

  private final int bits;
  private final int[] table = new int[256];

  private Checksum(int bits, int polynomial) {
    this.bits = bits;
    int mask = (1 << bits) - 1;
    for (int i = 0; i < table.length; i++) {
      int value = i << (bits - 8);
      for (int bit = 0; bit < 8; bit++) {
        boolean carry = (value >> (bits - 1) & 1) == 1;
        value = (value << 1 ^ (carry ? polynomial : 0)) & mask;
      }
      table[i] = value;
    }
  }

  /** Returns the checksum of some bytes. */
  int of(byte[] file, int from, int to) {
    int mask = (1 << bits) - 1;
    int value = 0;
    for (int i = from; i < to; i++) {
      value = (value << 8 ^ table[(value >> (bits - 8) ^ file[i]) & 0xff]) & mask;
    }
    return value;
  }
}
