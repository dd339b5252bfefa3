package org.openclip.hub.cli.terminal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * An output stream that removes control characters, except line breaks and tabs, from
 * ASCII-compatible text; library logs go through it.
 */
public final class PrintableBytes extends FilterOutputStream {
  /** The first byte in UTF-8 of the control characters from 0x80 to 0x9f. */
  private static final int LEAD = 0xc2;

  private boolean led;

  public PrintableBytes(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int value) throws IOException {
    int b = value & 0xff;
    boolean control = b < ' ' ? b != '\n' && b != '\t' && b != '\r' : b == 0x7f;
    if (led) {
      led = false;
      if (b >= 0x80 && b < 0xa0) {
        escape(b);
        return;
      }
      out.write(LEAD);
    }
    if (b == LEAD) {
      led = true;
    } else if (control) {
      escape(b);
    } else {
      out.write(b);
    }
  }

  private void escape(int b) throws IOException {
    String escape = Printable.line(String.valueOf((char) b));
    out.write(escape.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    for (int i = from; i < from + count; i++) {
      write(bytes[i]);
    }
  }
}
