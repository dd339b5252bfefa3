package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.testkit.Fixtures;

class StandardPreprocessorTest {
  private static byte[] file(String name) throws IOException {
    return Files.readAllBytes(Fixtures.path("preprocess/images").resolve(name));
  }

  private static Image picture(String name) throws IOException {
    return new ImageIoDecoder().decode(file(name), name);
  }

  private static PreprocessConfig config(
      int height, int width, String mode, String filter, int fill, boolean upright) {
    return PreprocessConfig.of(
        Map.of(
            "size", List.of(height, width),
            "resize_mode", mode,
            "interpolation", filter,
            "fill_color", fill,
            "exif_orientation", upright));
  }

  /**
   * Sizes, modes and fills beside the golden ones. The sums are those of the bytes that the
   * reference's evaluation transform yields (OpenCLIP's head of June 2026 on torchvision 0.14.1 and
   * Pillow 9.4.0, with {@code ImageOps.exif_transpose} before it for upright pictures).
   */
  @ParameterizedTest
  @CsvSource({
    "cat.png, 96, 160, longest, bicubic, 128, false, 3274957781",
    "cat.png, 160, 96, longest, bilinear, 255, false, 4083147528",
    "cat.png, 96, 160, squash, bicubic, 0, false, 3832655862",
    "cat.png, 160, 96, squash, bilinear, 0, false, 809530951",
    "cat.png, 96, 160, shortest, bilinear, 0, false, 1633642936",
    "cat.png, 600, 600, longest, bicubic, 77, false, 3243287391",
    "cat.png, 500, 300, shortest, bicubic, 0, false, 1205628363",
    "cat-small-gray.jpg, 64, 64, longest, bicubic, 200, false, 2870458704",
    "cat-small-alpha.png, 64, 64, longest, bicubic, 200, false, 3033870427",
    "cat-small-la.png, 64, 64, longest, bicubic, 200, false, 2060015217",
    "cat-small-palette.png, 64, 64, longest, bicubic, 7, false, 759665370",
    "cat-small-bilevel.png, 64, 64, longest, bicubic, 200, false, 1295693868",
    "strip.png, 50, 50, longest, bicubic, 99, false, 832799952",
    "strip.png, 33, 70, shortest, bicubic, 0, false, 2232263880",
    "tiny.png, 300, 200, longest, bilinear, 13, false, 833152941",
    "cat-small-orientation6.jpg, 90, 120, longest, bicubic, 10, true, 942721142",
    "cat-small-orientation6.jpg, 64, 64, shortest, bicubic, 0, true, 1308643845",
    "cat-large.jpg, 1000, 1000, shortest, bicubic, 0, false, 2259194331",
    "cat-large.jpg, 37, 1353, squash, bicubic, 0, false, 694426118",
    "cat.png, 300, 451, squash, bicubic, 0, false, 260218201",
    "cat.png, 300, 200, squash, bicubic, 0, false, 2372048038",
    "cat.png, 100, 451, squash, bicubic, 0, false, 1150529623",
  })
  void yieldsTheBytesOfTheReference(
      String name,
      int height,
      int width,
      String mode,
      String filter,
      int fill,
      boolean upright,
      long sum)
      throws IOException {
    PreprocessConfig config = config(height, width, mode, filter, fill, upright);

    byte[] pixels = new StandardPreprocessor(config).resize(picture(name));

    CRC32 actual = new CRC32();
    actual.update(pixels);
    assertThat(pixels).hasSize(3 * height * width);
    assertThat(actual.getValue()).isEqualTo(sum);
  }

  @ParameterizedTest
  @EnumSource(ColorMode.class)
  void padsEveryKindOfPicture(ColorMode mode) {
    byte[] palette = mode.hasPalette() ? new byte[768] : null;
    Image line = new Image(4, 1, mode, new byte[4 * mode.bytes()], palette, 1);
    PreprocessConfig config = config(4, 4, "longest", "bicubic", 0, false);

    byte[] pixels = new StandardPreprocessor(config).resize(line);

    assertThat(pixels).hasSize(48);
    if (mode == ColorMode.LAB) {
      // Zeros are the bluest green without light, of which sRGB has the nearest.
      assertThat(pixels).startsWith(0, 59, 195).containsOnly(0, 59, 195);
      return;
    }
    // No ink on paper is white; everything else that is zero is black.
    byte expected = mode == ColorMode.CMYK ? (byte) 255 : 0;
    assertThat(pixels).containsOnly(expected);
  }

  @Test
  void turnsAPictureBeforeItIsFitted() {
    byte[] pixels = {1, 2, 3, 4};
    Image lying = new Image(2, 2, ColorMode.GREY, pixels, null, 6);

    byte[] asStored =
        new StandardPreprocessor(config(2, 2, "squash", "bicubic", 0, false)).resize(lying);
    byte[] upright =
        new StandardPreprocessor(config(2, 2, "squash", "bicubic", 0, true)).resize(lying);

    assertThat(asStored).containsExactly(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4);
    assertThat(upright).containsExactly(3, 3, 3, 1, 1, 1, 4, 4, 4, 2, 2, 2);
  }

  @Test
  void writesPlanesIntoAnyBuffer() throws IOException {
    Image cat = picture("cat.png");
    StandardPreprocessor preprocessor =
        new StandardPreprocessor(config(32, 48, "shortest", "bicubic", 0, false));
    FloatBuffer heap = FloatBuffer.allocate(3 * 32 * 48);
    FloatBuffer direct =
        ByteBuffer.allocateDirect(4 * (7 + 3 * 32 * 48))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer()
            .position(7);

    preprocessor.preprocess(cat, heap);
    preprocessor.preprocess(cat, direct);

    assertThat(direct.remaining()).isZero();
    assertThat(direct.position(7)).isEqualTo(heap.flip());
    byte[] pixels = preprocessor.resize(cat);
    double red = ((pixels[0] & 0xff) / 255.0 - 0.48145466) / 0.26862954;
    assertThat((double) heap.get(0)).isCloseTo(red, within(1e-6));
  }

  @Test
  void yieldsTheSameInManyThreads() throws Exception {
    Image cat = picture("cat-large.jpg");
    StandardPreprocessor preprocessor = new StandardPreprocessor(PreprocessConfig.DEFAULT);
    byte[] expected = preprocessor.resize(cat);
    List<Callable<byte[]>> tasks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      tasks.add(() -> preprocessor.resize(picture("cat-large.jpg")));
    }

    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<byte[]> answer : threads.invokeAll(tasks)) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fill_color=256",
        "fill_color=-1",
        "size=0",
        "size=20000",
        "resize_mode=crop",
        "interpolation=nearest",
        "std=0",
        "sizes=224"
      })
  void refusesSettingsOutOfRange(String setting) {
    String[] parts = setting.split("=", 2);
    Map<String, Object> json = new HashMap<>();
    json.put(parts[0], parts[1].matches("-?\\d+") ? Integer.valueOf(parts[1]) : parts[1]);

    assertThatThrownBy(() -> PreprocessConfig.of(json))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(parts[0]);
  }
}
