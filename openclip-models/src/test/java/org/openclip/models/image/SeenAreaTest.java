package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageArea;
import org.openclip.api.image.PreprocessConfig;

/** Where in the picture the model's picture was taken: each pixel's colour tells its place. */
class SeenAreaTest {
  @ParameterizedTest
  @CsvSource({
    "200, 100, shortest", "100, 200, shortest", "150, 150, shortest", "200, 100, squash",
    "90, 210, squash", "200, 100, longest", "100, 230, longest", "64, 48, shortest"
  })
  void everyPixelComesFromThePlaceThatTheAreaSays(int width, int height, String mode) {
    byte[] pixels = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = 3 * (y * width + x);
        pixels[at] = (byte) (255.0 * (x + 0.5) / width);
        pixels[at + 1] = (byte) (255.0 * (y + 0.5) / height);
        pixels[at + 2] = (byte) 255;
      }
    }
    Image image = Image.rgb(width, height, pixels);
    StandardPreprocessor preprocessor =
        new StandardPreprocessor(
            PreprocessConfig.of(Map.of("size", List.of(40, 60), "resize_mode", mode)));

    ImageArea area = preprocessor.seen(image);
    byte[] seen = preprocessor.resize(image);

    int inside = 0;
    for (int row = 2; row < 38; row++) {
      for (int column = 2; column < 58; column++) {
        int at = 3 * (row * 60 + column);
        double x = (area.left() + (column + 0.5) * area.width() / 60) / width;
        double y = (area.top() + (row + 0.5) * area.height() / 40) / height;
        if (x > 0.1 && x < 0.9 && y > 0.1 && y < 0.9) {
          assertThat((seen[at] & 0xff) / 255.0).isCloseTo(x, within(0.012));
          assertThat((seen[at + 1] & 0xff) / 255.0).isCloseTo(y, within(0.012));
          inside++;
        }
      }
    }
    assertThat(inside).isGreaterThan(300);
  }

  @Test
  void aTurnedPictureIsMeasuredUpright() {
    Image turned = new Image(100, 50, ColorMode.RGB, new byte[15000], null, 6);
    Map<String, Object> config = Map.of("size", List.of(20, 20), "exif_orientation", true);

    ImageArea area = new StandardPreprocessor(PreprocessConfig.of(config)).seen(turned);

    assertThat(area).isEqualTo(new ImageArea(0, 25, 50, 50));
  }
}
