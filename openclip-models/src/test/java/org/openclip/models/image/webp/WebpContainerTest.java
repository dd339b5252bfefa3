package org.openclip.models.image.webp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageDecoder;
import org.openclip.models.image.ImageIoDecoderProvider;
import org.openclip.testkit.Fixtures;

/** Bytes after a WebP picture, which Pillow ignores. */
class WebpContainerTest {
  private final ImageDecoder decoder = new ImageIoDecoderProvider().create();

  private static byte[] picture(String name) throws IOException {
    return Files.readAllBytes(Fixtures.path("preprocess/images").resolve(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat-small.webp", "cat-small-lossless.webp", "animated.webp"})
  void areNoPartOfIt(String name) throws IOException {
    byte[] bytes = picture(name);
    byte[] rest = "a line that was appended".getBytes(StandardCharsets.UTF_8);
    byte[] longer = Arrays.copyOf(bytes, bytes.length + rest.length);
    System.arraycopy(rest, 0, longer, bytes.length, rest.length);

    Image whole = decoder.decode(bytes, name);
    Image followed = decoder.decode(longer, name);

    assertThat(followed.width()).isEqualTo(whole.width());
    assertThat(followed.pixels()).isEqualTo(whole.pixels());
  }

  @Test
  void aCutPictureIsRefused() throws IOException {
    byte[] bytes = picture("cat-small.webp");

    assertThatThrownBy(() -> decoder.decode(Arrays.copyOf(bytes, bytes.length - 9), "cut.webp"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cut.webp is truncated because its header states a larger size");
  }
}
