package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;

/**
 * Small pictures of many kinds, made by libjpeg-turbo's, libtiff's and libwebp's programs,
 * ImageMagick, and scripts that write headers as the formats define them. {@code kinds.tsv} holds
 * what Pillow makes of each: size, mode, and the CRC-32 of its pixels in RGB.
 */
class PictureKindsTest {
  record Kind(String file, int width, int height, ColorMode mode, int sum) {
    @Override
    public String toString() {
      return file;
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = PictureKindsTest.class.getResourceAsStream("kinds/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  static Stream<Kind> kinds() throws IOException {
    return new String(resource("kinds.tsv"), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split("\t", -1))
        .map(
            cells ->
                new Kind(
                    cells[0],
                    Integer.parseInt(cells[1]),
                    Integer.parseInt(cells[2]),
                    mode(cells[3]),
                    Integer.parseUnsignedInt(cells[4], 16)));
  }

  private static ColorMode mode(String pillows) {
    return switch (pillows) {
      case "1" -> ColorMode.BILEVEL;
      case "L" -> ColorMode.GREY;
      case "LA" -> ColorMode.GREY_ALPHA;
      case "I;16" -> ColorMode.GREY16;
      case "I;16B" -> ColorMode.GREY16_BIG;
      case "I" -> ColorMode.INT32;
      case "F" -> ColorMode.FLOAT32;
      case "P" -> ColorMode.PALETTE;
      case "PA" -> ColorMode.PALETTE_ALPHA;
      case "RGBX" -> ColorMode.RGB;
      default -> ColorMode.valueOf(pillows);
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void yieldsPillowsBytes(Kind kind) throws IOException {
    Image image = new ImageIoDecoder().decode(resource(kind.file()), kind.file());

    assertThat(image.width()).isEqualTo(kind.width());
    assertThat(image.height()).isEqualTo(kind.height());
    assertThat(image.mode()).isEqualTo(kind.mode());
    CRC32 sum = new CRC32();
    sum.update(image.toRgb().pixels());
    assertThat(Integer.toHexString((int) sum.getValue()))
        .isEqualTo(Integer.toHexString(kind.sum()));
  }
}
