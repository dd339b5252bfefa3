package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PreprocessConfig;

@Tag("golden-preprocess")
class GoldenPreprocessTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("openclip.golden")).resolve("preprocess");

  static Stream<Map<String, Object>> cases() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Path> json = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      assertThat(json).isNotEmpty();
      return json.stream().flatMap(file -> read(file).values().stream()).map(c -> object(c));
    }
  }

  private static Map<String, Object> read(Path file) {
    try {
      return JSON.std.mapFrom(Files.readString(file));
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void preparesThePictureAsTheReferenceDoes(Map<String, Object> golden) throws IOException {
    String file = (String) golden.get("file");
    Image image =
        new ImageIoDecoder()
            .decode(Files.readAllBytes(FOLDER.resolve("images").resolve(file)), file);
    ImagePreprocessor preprocessor =
        new StandardPreprocessor(PreprocessConfig.of(object(golden.get("config"))));

    byte[] actual = preprocessor.resize(image);

    byte[] expected = pixels(FOLDER.resolve("expected").resolve((String) golden.get("expected")));
    assertThat(actual).isEqualTo(expected);
    FloatBuffer numbers = FloatBuffer.allocate(actual.length);
    preprocessor.preprocess(image, numbers);
    assertThat(numbers.remaining()).isZero();
    double sum = 0;
    double squares = 0;
    for (float x : numbers.array()) {
      sum += x;
      squares += (double) x * x;
    }
    double l2 = ((Number) golden.get("l2")).doubleValue();
    assertThat(Math.sqrt(squares)).isCloseTo(l2, within(1e-5 * l2));
    assertThat(sum).isCloseTo(((Number) golden.get("sum")).doubleValue(), within(1e-2));
  }

  private static byte[] pixels(Path png) throws IOException {
    BufferedImage picture = ImageIO.read(png.toFile());
    Raster raster = picture.getRaster();
    int[] samples = raster.getPixels(0, 0, picture.getWidth(), picture.getHeight(), (int[]) null);
    byte[] bytes = new byte[samples.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) samples[i];
    }
    return bytes;
  }
}
