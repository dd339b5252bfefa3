package org.openclip.api.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;

class PictureSourceTest {
  private static final byte[] BYTES = {1, -2, 3, 0, 77};

  private static byte[] encoded(PictureSource source) {
    return ((PictureSource.Encoded) source.content()).bytes();
  }

  @Test
  void eachKindKeepsItsNameAndContent() {
    AtomicBoolean closed = new AtomicBoolean();
    PictureSource stream =
        PictureSource.stream(
            "upload 7",
            new ByteArrayInputStream(BYTES) {
              @Override
              public void close() {
                closed.set(true);
              }
            });

    assertThat(PictureSource.file(Path.of("a", "b.png")).name()).endsWith("b.png");
    assertThat(PictureSource.file(Path.of("a.png")).content())
        .isEqualTo(new PictureSource.InFile(Path.of("a.png")));
    assertThat(encoded(PictureSource.bytes("x", BYTES))).containsExactly(BYTES);
    assertThat(closed).isFalse();
    assertThat(encoded(stream)).containsExactly(BYTES);
    assertThat(closed).isTrue();
    assertThat(stream).hasToString("upload 7");
  }

  @Test
  void aStreamThatBreaksIsNamed() {
    PictureSource broken =
        PictureSource.opening(
            "upload 8",
            () -> {
              throw new IOException("connection reset");
            });

    assertThatThrownBy(broken::content)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("upload 8 cannot be read")
        .hasMessageContaining("connection reset");
  }

  @Test
  void dataUrisAreReadWithAndWithoutBase64() {
    assertThat(encoded(PictureSource.dataUri("u", "data:image/png;base64,Af4DAE0=")))
        .containsExactly(BYTES);
    assertThat(encoded(PictureSource.dataUri("u", "DATA:;BASE64,Af4DAE0%3D")))
        .containsExactly(BYTES);
    assertThat(encoded(PictureSource.dataUri("u", "data:,%01%fE%03%00M"))).containsExactly(BYTES);
  }

  @Test
  void brokenDataUrisSayWhatIsWrong() {
    assertThatThrownBy(() -> PictureSource.dataUri("u", "http://x/y.png").content())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("u is not a data URI")
        .hasMessageContaining("http://x/y.png");
    assertThatThrownBy(() -> PictureSource.dataUri("u", "data:image/png;base64").content())
        .hasMessageContaining("u is not a data URI");
    assertThatThrownBy(() -> PictureSource.dataUri("u", "data:;base64,A*B=").content())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("u is not valid base64");
    assertThatThrownBy(() -> PictureSource.dataUri("u", "data:,ab%4").content())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("% at 2");
  }

  @Test
  void picturesOfJavaKeepTheirColours() {
    BufferedImage rgb = new BufferedImage(2, 1, BufferedImage.TYPE_3BYTE_BGR);
    rgb.setRGB(0, 0, 0xff010203);
    rgb.setRGB(1, 0, 0xfffefdfc);
    BufferedImage translucent = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    translucent.setRGB(0, 0, 0x40112233);
    BufferedImage grey = new BufferedImage(1, 2, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setSample(0, 1, 0, 128);
    BufferedImage deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x1234);

    Image copied = BufferedImages.copy(rgb);

    assertThat(copied.mode()).isEqualTo(ColorMode.RGB);
    assertThat(copied.pixels()).containsExactly(1, 2, 3, 0xfe, 0xfd, 0xfc);
    assertThat(BufferedImages.copy(translucent).mode()).isEqualTo(ColorMode.RGBA);
    assertThat(BufferedImages.copy(translucent).pixels()).containsExactly(0x11, 0x22, 0x33, 0x40);
    assertThat(BufferedImages.copy(grey).mode()).isEqualTo(ColorMode.GREY);
    assertThat(BufferedImages.copy(grey).pixels()).containsExactly(0, 128);
    assertThat(BufferedImages.copy(deep).mode()).isEqualTo(ColorMode.GREY16);
    assertThat(BufferedImages.copy(deep).pixels()).containsExactly(0x34, 0x12);
    assertThat(BufferedImages.copy(rgb.getSubimage(1, 0, 1, 1)).pixels())
        .containsExactly(0xfe, 0xfd, 0xfc);
  }
}
