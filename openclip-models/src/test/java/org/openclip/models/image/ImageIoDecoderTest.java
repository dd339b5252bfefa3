package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.testkit.Fixtures;

class ImageIoDecoderTest {
  private final ImageIoDecoder decoder = new ImageIoDecoder();

  private static byte[] picture(String name) throws IOException {
    return Files.readAllBytes(Fixtures.path("preprocess/images").resolve(name));
  }

  @ParameterizedTest
  @CsvSource({
    "cat.png, RGB",
    "cat-small-alpha.png, RGBA",
    "cat-small-la.png, GREY_ALPHA",
    "cat-small-gray16.png, GREY16",
    "cat-small-bilevel.png, BILEVEL",
    "cat-small-palette.png, PALETTE",
    "cat-small-palette.gif, PALETTE",
    "cat-small-gray.jpg, GREY",
    "cat-small-cmyk.jpg, CMYK",
    "cat-small.tiff, RGB",
    "cat-small.bmp, RGB",
  })
  void keepsTheModeOfTheFile(String name, ColorMode mode) throws IOException {
    assertThat(decoder.decode(picture(name), name).mode()).isEqualTo(mode);
  }

  @Test
  void readsTheOrientationAndTurnsOnlyWhenAsked() throws IOException {
    Image image = decoder.decode(picture("cat-small-orientation6.jpg"), "cat");
    assertThat(image.orientation()).isEqualTo(6);

    Image upright = Orientation.upright(image);

    assertThat(upright.width()).isEqualTo(image.height());
    assertThat(upright.orientation()).isEqualTo(1);
    // A quarter turn clockwise brings the lower left corner to the upper left.
    int lowerLeft = (image.height() - 1) * image.width() * 3;
    assertThat(Arrays.copyOf(upright.pixels(), 3))
        .isEqualTo(Arrays.copyOfRange(image.pixels(), lowerLeft, lowerLeft + 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void everyOrientationKeepsAllPixels(int orientation) {
    byte[] pixels = {1, 2, 3, 4, 5, 6};
    Image image = new Image(3, 2, ColorMode.GREY, pixels, null, orientation);

    byte[] turned = Orientation.upright(image).pixels();

    assertThat(turned).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6).isNotEqualTo(pixels);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat.png",
        "cat-large.jpg",
        "cat-small-progressive.jpg",
        "cat-small.webp",
        "cat-small-palette.gif",
        "cat-small.bmp",
        "cat-small.tiff"
      })
  void refusesAFileCutShort(String name) throws IOException {
    byte[] whole = picture(name);
    for (double share : new double[] {0.02, 0.3, 0.6, 0.9}) {
      byte[] cut = Arrays.copyOf(whole, (int) (whole.length * share));

      assertThatThrownBy(() -> decoder.decode(cut, name))
          .as("%s cut to %s", name, share)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(name);
    }
  }

  @Test
  void saysWhatATextIs() {
    byte[] text = "a photo of a cat, but only in words".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> decoder.decode(text, "cat.jpg"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cat.jpg is not a picture; it starts with 'a photo of a'")
        .hasMessageContaining("JPEG");
    assertThatThrownBy(() -> decoder.decode(new byte[0], "cat.jpg"))
        .hasMessageContaining("cat.jpg is empty");
  }

  @Test
  void refusesABombByItsHeaderAlone() throws IOException {
    byte[] png = picture("tiny.png");
    ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);

    assertThatThrownBy(() -> decoder.decode(png, "bomb.png"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("60000 x 60000")
        .hasMessageContaining("178956970");
  }

  @Test
  void resizesAPictureOf50000ByTenPixels() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(50_000, 10, BufferedImage.TYPE_3BYTE_BGR), "png", png);
    Image image = decoder.decode(png.toByteArray(), "line.png");

    byte[] square = new StandardPreprocessor(PreprocessConfig.DEFAULT).resize(image);

    assertThat(square).hasSize(224 * 224 * 3).containsOnly(0);
  }

  @Test
  void keepsAPictureOfOnePixelInAllModes() {
    for (PreprocessConfig.ResizeMode mode : PreprocessConfig.ResizeMode.values()) {
      PreprocessConfig config =
          new PreprocessConfig(
              8,
              8,
              PreprocessConfig.DEFAULT.mean(),
              PreprocessConfig.DEFAULT.std(),
              PreprocessConfig.Interpolation.BICUBIC,
              mode,
              0,
              false);
      Image dot = Image.rgb(1, 1, new byte[] {10, 20, 30});

      assertThat(new StandardPreprocessor(config).resize(dot)).hasSize(192).contains(10, 20, 30);
    }
  }
}
