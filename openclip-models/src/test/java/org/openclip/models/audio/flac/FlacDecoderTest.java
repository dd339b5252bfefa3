package org.openclip.models.audio.flac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidFileException;
import org.openclip.api.audio.Audio;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

/** Files that the flac program made of known numbers have exactly these numbers. */
class FlacDecoderTest {
  private static final FlacDecoder DECODER = new FlacDecoder();

  private static byte[] file(String name) {
    try {
      return Files.readAllBytes(Fixtures.path("sound").resolve("files").resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long[] channel(int count, IntToLongFunction sample) {
    long[] samples = new long[count];
    Arrays.setAll(samples, sample);
    return samples;
  }

  private static void assertSamples(String name, int rate, int bits, long[]... channels) {
    Audio audio = DECODER.decode(name, file(name));

    assertThat(audio.sampleRate()).isEqualTo(rate);
    float[] expected = new float[channels[0].length];
    for (int i = 0; i < expected.length; i++) {
      double sum = 0;
      for (long[] channel : channels) {
        sum += channel[i];
      }
      expected[i] = (float) (sum / channels.length / Math.scalb(1.0, bits - 1));
    }
    assertThat(audio.samples()).as(name).containsExactly(expected);
  }

  @Test
  void predictedChannelsAreExact() {
    short[] one = RecipeWave.numbers("one", 3000);
    assertSamples("mono16.flac", 16000, 16, channel(3000, i -> one[i]));
    short[] short1 = RecipeWave.numbers("one", 1000);
    assertSamples("mono8.flac", 8000, 8, channel(1000, i -> short1[i] >> 8));
    assertSamples("mono32.flac", 96000, 32, channel(1000, i -> short1[i] * 65536L + i * 7L));
  }

  @Test
  void channelsThatAreCodedTogetherAreExact() {
    short[] left = RecipeWave.numbers("left", 3000);
    short[] right = RecipeWave.numbers("right", 3000);
    assertSamples(
        "stereo24.flac",
        44100,
        24,
        channel(3000, i -> left[i] * 256L + i % 251),
        channel(3000, i -> right[i] * 256L - i % 13));
    short[] one = RecipeWave.numbers("left", 1000);
    assertSamples(
        "stereo32.flac",
        12345,
        32,
        channel(1000, i -> one[i] * 65536L + i * 7L),
        channel(1000, i -> -one[i] * 65536L - i));
    long[][] six = new long[6][];
    for (int c = 0; c < six.length; c++) {
      short[] numbers = RecipeWave.numbers("c" + c, 1000);
      six[c] = channel(1000, i -> numbers[i]);
    }
    assertSamples("surround16.flac", 48000, 16, six);
  }

  @Test
  void whatPredictionDoesNotHelpIsExact() {
    short[] one = RecipeWave.numbers("one", 1500);
    assertSamples("wasted16.flac", 11025, 16, channel(1500, i -> one[i] >> 4 << 4), new long[1500]);
    long[] noise = channel(600, i -> (long) Math.rint(noise(i) * 8388607));
    assertSamples("noise24.flac", 37000, 24, noise);
  }

  private static double noise(int index) {
    long z = 7 + (index + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    z ^= z >>> 31;
    return (z >>> 40) * 0x1p-23 - 1;
  }

  @Test
  void aFileThatDoesNotSayItsLengthIsReadToItsEnd() {
    short[] one = RecipeWave.numbers("one", 3000);
    short[] two = RecipeWave.numbers("two", 3000);
    assertSamples(
        "piped16.flac",
        22050,
        16,
        channel(3000, i -> one[i]),
        channel(3000, i -> Math.floorDiv(one[i], 2) + Math.floorDiv(two[i], 16)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mono16.flac", "stereo24.flac", "piped16.flac", "noise24.flac"})
  void aFileThatIsCutIsRefused(String name) {
    byte[] whole = file(name);
    for (int length = 1; length < whole.length; length += 1 + whole.length / 200) {
      byte[] cut = Arrays.copyOf(whole, length);
      if (name.startsWith("piped") && isEndOfFrame(cut)) {
        continue;
      }
      assertThatThrownBy(() -> DECODER.decode("cut.flac", cut))
          .as("%s of %s bytes", length, whole.length)
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("cut.flac");
    }
  }

  /** Nothing tells a file without a length that is cut between two frames from a whole one. */
  private static boolean isEndOfFrame(byte[] cut) {
    try {
      return DECODER.decode("cut.flac", cut).samples().length % 576 == 0;
    } catch (InvalidFileException e) {
      return false;
    }
  }

  @Test
  void everyChangedByteOfTheSoundIsFound() {
    byte[] whole = file("mono16.flac");
    for (int at = 8; at < whole.length; at += 13) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x10;
      if (at < 18 || (at >= 42 && at < 42 + 4 + comments(whole))) {
        continue; // Block and frame sizes, which nobody needs, and comments.
      }
      assertThatThrownBy(() -> DECODER.decode("changed.flac", changed))
          .as("byte %s", at)
          .isInstanceOf(InvalidFileException.class);
    }
  }

  private static int comments(byte[] file) {
    return (file[43] & 0xff) << 16 | (file[44] & 0xff) << 8 | (file[45] & 0xff);
  }

  @Test
  void aWrongDigestIsFound() {
    byte[] changed = file("mono16.flac");
    changed[30] ^= 1;

    assertThatThrownBy(() -> DECODER.decode("a.flac", changed))
        .hasMessageContaining("the MD5 of its samples differs from the stored one");
  }

  @Test
  void aTruncatedFileSaysHowMuchIsThere() {
    byte[] changed = file("mono16.flac");
    changed[25] ^= 1; // 2744 + 256 samples

    assertThatThrownBy(() -> DECODER.decode("a.flac", changed))
        .hasMessageContaining("a.flac")
        .hasMessageMatching(".*it has 3000 of \\d+ samples.*");
  }

  @Test
  void whatIsNoFlacIsRefused() {
    assertThat(DECODER.supports("fLaC...".getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(DECODER.supports("RIFF".getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(DECODER.supports(new byte[2])).isFalse();
    for (String text : new String[] {"", "RIFF", "fLaC", "fLaCfLaCfLaCfLaCfLaC"}) {
      assertThatThrownBy(() -> DECODER.decode("x.flac", text.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(InvalidFileException.class);
    }
  }
}
