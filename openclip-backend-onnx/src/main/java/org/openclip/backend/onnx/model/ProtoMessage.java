package org.openclip.backend.onnx.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A message of protocol buffers in the making: its fields in their binary form, which is <a
 * href="https://protobuf.dev/programming-guides/encoding/">public</a>. ONNX is written in a handful
 * of messages, so no generated classes are needed, nor a library that versions can disagree about.
 */
public final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;

  private byte[] bytes = new byte[64];
  private int size;

  /** Adds a number of the types {@code int32}, {@code int64} or an enumeration. */
  public ProtoMessage integer(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  /** Adds a number of the type {@code float}. */
  public ProtoMessage number(int field, float value) {
    tag(field, FIXED_32);
    int bits = Float.floatToRawIntBits(value);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      put(bits >>> shift);
    }
    return this;
  }

  /** Adds a text. */
  public ProtoMessage text(int field, String value) {
    byte[] content = value.getBytes(StandardCharsets.UTF_8);
    return begin(field, content.length).append(content, content.length);
  }

  /** Adds a message. */
  public ProtoMessage message(int field, ProtoMessage value) {
    return begin(field, value.size).append(value.bytes, value.size);
  }

  /**
   * Begins a text, message or run of bytes, whose content is written elsewhere.
   *
   * @param length of the content in bytes
   */
  ProtoMessage begin(int field, long length) {
    tag(field, LENGTH_DELIMITED);
    varint(length);
    return this;
  }

  /** Returns the length of a text, message or run of bytes with what stands before it. */
  static long sizeOf(int field, long content) {
    return new ProtoMessage().begin(field, content).size + content;
  }

  /** Returns how many bytes the message has. */
  public int size() {
    return size;
  }

  /** Writes the message. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  private void tag(int field, int wireType) {
    varint((long) field << 3 | wireType);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      put((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    put((int) rest);
  }

  private ProtoMessage append(byte[] more, int count) {
    reserve(count);
    System.arraycopy(more, 0, bytes, size, count);
    size += count;
    return this;
  }

  private void put(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  private void reserve(int count) {
    int needed = Math.addExact(size, count);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * needed));
    }
  }
}
