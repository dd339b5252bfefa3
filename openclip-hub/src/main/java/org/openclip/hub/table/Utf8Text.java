package org.openclip.hub.table;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.openclip.api.InvalidFileException;

/**
 * A text in UTF-8, character by character, with its lines counted. A byte order mark at the
 * beginning is passed over; bytes that are no UTF-8 are an error that names their line.
 */
final class Utf8Text {
  /** What stands behind the last character. */
  static final int END = -1;

  private static final int SIZE = 1 << 16;

  private final String location;
  private final InputStream stream;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer bytes = ByteBuffer.allocate(SIZE).limit(0);
  private final CharBuffer chars = CharBuffer.allocate(SIZE).limit(0);
  private long offset;
  private boolean started;
  private boolean ended;
  private int malformed;
  private long line = 1;
  private int last;

  /**
   * Reads from a stream, which the caller closes.
   *
   * @param location of the text, for messages
   */
  Utf8Text(String location, InputStream stream) {
    this.location = location;
    this.stream = stream;
  }

  /** Returns the number of the line of the next character, from 1. */
  long line() {
    return line;
  }

  /**
   * Returns the next character; {@link #END} after the last.
   *
   * @throws InvalidFileException when the next bytes are no UTF-8
   * @throws IOException when the stream cannot be read
   */
  int next() throws IOException {
    int c = peek();
    if (c != END) {
      chars.get();
      // A carriage return and the line feed behind it end one line together.
      if (c == '\r' || (c == '\n' && last != '\r')) {
        line++;
      }
      last = c;
    }
    return c;
  }

  /** Returns what {@link #next} is going to return. */
  int peek() throws IOException {
    while (!chars.hasRemaining()) {
      if (malformed > 0) {
        throw new InvalidFileException(
            location,
            offset,
            "line %s is not UTF-8: it contains the byte 0x%s; convert the file, as with: iconv -f latin1 -t utf-8"
                .formatted(line, HexFormat.of().toHexDigits(bytes.get(bytes.position()))));
      }
      if (ended) {
        return END;
      }
      fill();
    }
    char c = chars.get(chars.position());
    if (!started) {
      started = true;
      if (c == '\uFEFF') {
        chars.get();
        return peek();
      }
    }
    return c;
  }

  private void fill() throws IOException {
    bytes.compact();
    int count = stream.read(bytes.array(), bytes.position(), bytes.remaining());
    ended = count < 0;
    bytes.position(bytes.position() + Math.max(0, count)).flip();
    chars.clear();
    int before = bytes.position();
    CoderResult result = decoder.decode(bytes, chars, ended);
    offset += bytes.position() - before;
    malformed = result.isError() ? result.length() : 0;
    chars.flip();
  }
}
