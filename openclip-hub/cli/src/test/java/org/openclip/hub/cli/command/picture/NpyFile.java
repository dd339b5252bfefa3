package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A reader of NumPy's format that knows the format's description (NEP 1) and not the writer. */
final class NpyFile {
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\((\\d+), (\\d+)\\), \\} *\\n");

  private NpyFile() {}

  /** Returns the rows of a float32 matrix. */
  static float[][] read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[6];
    bytes.get(magic);
    assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y');
    assertThat(bytes.get()).as("major version").isEqualTo((byte) 1);
    assertThat(bytes.get()).as("minor version").isZero();
    byte[] text = new byte[Short.toUnsignedInt(bytes.getShort())];
    bytes.get(text);
    assertThat(bytes.position() % 64).as("alignment of the data").isZero();
    Matcher header = HEADER.matcher(new String(text, StandardCharsets.US_ASCII));
    assertThat(header.matches()).as(new String(text, StandardCharsets.US_ASCII)).isTrue();
    float[][] rows = new float[Integer.parseInt(header.group(1))][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[Integer.parseInt(header.group(2))];
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = bytes.getFloat();
      }
    }
    assertThat(bytes.hasRemaining()).as("bytes after the data").isFalse();
    return rows;
  }
}
