package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where Pillow finds the orientation: pictures that ExifTool and ImageMagick wrote it into. */
class ExifOrientationTest {
  @ParameterizedTest
  @CsvSource({
    "exif-3.jpg, 3",
    "exif-6.jpg, 6",
    "exif-3.png, 3",
    "exif-6.png, 6",
    "exif-3.webp, 3",
    "exif-6.webp, 6",
    // As ImageMagick writes EXIF data into PNG: hexadecimal, in a text chunk.
    "text-3.png, 3",
    "text-6.png, 6",
    "xmp-3.png, 3",
    "xmp-6.png, 6",
    // Pillow 11.1 asks XMP in PNG alone.
    "xmp-3.jpg, 1",
    "xmp-6.jpg, 1",
  })
  void findsTheOrientation(String name, int orientation) throws IOException {
    byte[] file;
    try (InputStream in = getClass().getResourceAsStream("orientation/" + name)) {
      file = Objects.requireNonNull(in, name).readAllBytes();
    }

    assertThat(new ImageIoDecoder().decode(file, name).orientation()).isEqualTo(orientation);
  }
}
