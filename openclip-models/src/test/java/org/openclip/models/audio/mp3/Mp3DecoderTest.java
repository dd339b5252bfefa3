package org.openclip.models.audio.mp3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidFileException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioDecoder;
import org.openclip.testkit.Fixtures;

/** Files that LAME made have the samples that mpg123 decodes. */
class Mp3DecoderTest {
  private static final Mp3Decoder DECODER = new Mp3Decoder();

  private static byte[] file(String name) throws IOException {
    return Files.readAllBytes(Fixtures.path("sound").resolve("files").resolve(name));
  }

  @ParameterizedTest
  @CsvSource({
    "mono16000.mp3, 16000",
    "joint44100.mp3, 44100",
    "vbr48000.mp3, 48000",
    "low8000.mp3, 8000",
    "plain22050.mp3, 22050"
  })
  void samplesAreThoseOfMpg123(String name, int rate) throws IOException {
    Audio audio = DECODER.decode(name, file(name));

    ByteBuffer other = ByteBuffer.wrap(file(name + ".f32")).order(ByteOrder.LITTLE_ENDIAN);
    float[] expected = new float[other.remaining() / Float.BYTES];
    other.asFloatBuffer().get(expected);
    assertThat(audio.sampleRate()).isEqualTo(rate);
    assertThat(audio.samples()).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(audio.samples()[i]).as("sample %s", i).isCloseTo(expected[i], within(1e-6f));
    }
  }

  @Test
  void tagsInFrontOfTheSoundAreSkipped() throws IOException {
    byte[] plain = file("mono16000.mp3");
    ByteArrayOutputStream tagged = new ByteArrayOutputStream();
    tagged.write(new byte[] {'I', 'D', '3', 4, 0, 0, 0, 0, 1, 2});
    tagged.write(new byte[130]);
    tagged.write(plain);

    assertThat(DECODER.supports(Arrays.copyOf(tagged.toByteArray(), 64))).isTrue();
    assertThat(DECODER.supports(Arrays.copyOf(plain, 64))).isTrue();
    assertThat(DECODER.decode("t.mp3", tagged.toByteArray()).samples())
        .containsExactly(DECODER.decode("p.mp3", plain).samples());
  }

  @Test
  void aFileThatIsCutIsRefused() throws IOException {
    byte[] whole = file("joint44100.mp3");
    for (int length : new int[] {0, 3, 10, 200, 500, whole.length / 2, whole.length - 600}) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> DECODER.decode("cut.mp3", cut))
          .as("%s bytes", length)
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("cut.mp3");
    }
    assertThatThrownBy(() -> DECODER.decode("c.mp3", Arrays.copyOf(whole, whole.length / 2)))
        .hasMessageMatching(".*is truncated: it has \\d of \\d+ frames of sound.*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mono16000.mp3", "joint44100.mp3", "vbr48000.mp3"})
  void aDamagedFileIsDecodedOrRefused(String name) throws IOException {
    byte[] whole = file(name);
    SplittableRandom random = new SplittableRandom(1);
    int refused = 0;
    for (int i = 0; i < 200; i++) {
      byte[] damaged = whole.clone();
      for (int j = 0; j < 5; j++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(DECODER.decode("damaged.mp3", damaged).samples()).isNotEmpty();
      } catch (InvalidFileException e) {
        assertThat(e).hasMessageContaining("damaged.mp3");
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void whatIsNoMp3IsRefused() {
    for (String text : new String[] {"", "RIFF", "no sound at all", "ID3"}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> DECODER.decode("x.mp3", bytes))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("x.mp3");
    }
    assertThat(DECODER.supports("fLaC".getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(DECODER.supports("RIFF".getBytes(StandardCharsets.UTF_8))).isFalse();
  }

  @Test
  void theJarIsNamedWhereItIsMissing() throws Exception {
    Path classes =
        Path.of(Mp3Decoder.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    URL[] urls = {classes.toUri().toURL()};
    ClassLoader withoutJar =
        new ClassLoader(Mp3DecoderTest.class.getClassLoader()) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("javazoom.")) {
              throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
          }
        };
    try (URLClassLoader own =
        new URLClassLoader(urls, withoutJar) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.openclip.models.audio.mp3.")) {
              return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
          }
        }) {
      var decoder =
          (AudioDecoder) own.loadClass(Mp3Decoder.class.getName()).getConstructor().newInstance();
      byte[] file = file("mono16000.mp3");

      assertThatThrownBy(() -> decoder.decode("a.mp3", file))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("a.mp3")
          .hasMessageContaining("add the jar javazoom:jlayer");
    }
  }
}
