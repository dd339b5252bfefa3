package org.openclip.models.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidFileException;
import org.openclip.api.audio.Audio;

class SoundFileDecoderTest {
  private static final SoundFileDecoder DECODER = new SoundFileDecoder();

  private static byte[] wav(Encoding encoding, int bits, int channels, byte... data)
      throws IOException {
    int frame = bits / 8 * channels;
    AudioFormat format = new AudioFormat(encoding, 8000, bits, channels, frame, 8000, false);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    AudioInputStream in =
        new AudioInputStream(new ByteArrayInputStream(data), format, data.length / frame);
    AudioSystem.write(in, AudioFileFormat.Type.WAVE, out);
    return out.toByteArray();
  }

  @Test
  void samplesAreDividedByTheLargestPowerOfTwo() throws IOException {
    Audio sixteen =
        DECODER.decode(
            "a.wav", wav(Encoding.PCM_SIGNED, 16, 1, (byte) 0, (byte) 0x40, (byte) 0, (byte) 0x80));
    assertThat(sixteen.samples()).containsExactly(0.5f, -1);
    assertThat(sixteen.sampleRate()).isEqualTo(8000);

    byte[] three = {0, 0, 0x40, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    assertThat(DECODER.decode("a.wav", wav(Encoding.PCM_SIGNED, 24, 1, three)).samples())
        .containsExactly(new float[] {0.5f, -1f / (1 << 23)}, within(1e-9f));

    byte[] eight = {(byte) 128, 0, (byte) 192};
    assertThat(DECODER.decode("a.wav", wav(Encoding.PCM_UNSIGNED, 8, 1, eight)).samples())
        .containsExactly(0, -1, 0.5f);

    byte[] real = {0, 0, 0, 0x3f, 0, 0, (byte) 0x80, (byte) 0xbe};
    assertThat(DECODER.decode("a.wav", wav(Encoding.PCM_FLOAT, 32, 1, real)).samples())
        .containsExactly(0.5f, -0.25f);
  }

  @Test
  void channelsBecomeTheirMean() throws IOException {
    byte[] stereo = {0, 0x40, 0, 0, 0, 0x20, 0, 0x60};

    assertThat(DECODER.decode("a.wav", wav(Encoding.PCM_SIGNED, 16, 2, stereo)).samples())
        .containsExactly(0.25f, 0.5f);
  }

  @Test
  void whatIsNoSoundIsRefusedByName() {
    assertThatThrownBy(
            () -> DECODER.decode("notes.txt", "no sound".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("notes.txt")
        .hasMessageContaining("is no sound file that can be read")
        .hasMessageContaining("add a jar that reads them for javax.sound");
    assertThatThrownBy(() -> DECODER.decode("a.wav", wav(Encoding.PCM_SIGNED, 16, 1)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("has 0 samples");
  }
}
