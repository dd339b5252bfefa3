package org.openclip.models.audio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioDecoder;

/**
 * Decodes what Java's sound library reads: WAV, AIFF and AU, and what jars with readers for it add.
 * Whole numbers are divided by the largest power of two, as libsndfile does it.
 */
final class SoundFileDecoder implements AudioDecoder {
  @Override
  public boolean supports(byte[] head) {
    return true;
  }

  @Override
  public Audio decode(String name, byte[] file) {
    try (AudioInputStream stream =
        AudioSystem.getAudioInputStream(new ByteArrayInputStream(file))) {
      AudioFormat format = stream.getFormat();
      if (plain(format)) {
        return mixed(name, format, stream.readAllBytes());
      }
      AudioFormat pcm =
          new AudioFormat(format.getSampleRate(), 16, format.getChannels(), true, false);
      try (AudioInputStream decoded = AudioSystem.getAudioInputStream(pcm, stream)) {
        return mixed(name, pcm, decoded.readAllBytes());
      }
    } catch (UnsupportedAudioFileException | IllegalArgumentException e) {
      throw new InvalidFileException(
          name,
          -1,
          "is no sound file that can be read: "
              + e.getMessage()
              + ". WAV, AIFF, AU, FLAC and MP3 are read; for other formats add a jar that reads"
              + " them for javax.sound",
          e);
    } catch (IOException e) {
      throw new InvalidFileException(name, -1, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static boolean plain(AudioFormat format) {
    Encoding encoding = format.getEncoding();
    int bits = format.getSampleSizeInBits();
    return encoding.equals(Encoding.PCM_SIGNED)
        || encoding.equals(Encoding.PCM_UNSIGNED)
        || (encoding.equals(Encoding.PCM_FLOAT) && (bits == 32 || bits == 64));
  }

  private static Audio mixed(String name, AudioFormat format, byte[] bytes) {
    int channels = format.getChannels();
    int width = format.getFrameSize() / channels;
    int count = bytes.length / format.getFrameSize();
    if (count == 0 || width < 1 || width > 8) {
      throw new InvalidFileException(
          name, -1, "has %s samples of %s bytes; nothing can be read".formatted(count, width));
    }
    ByteBuffer in =
        ByteBuffer.wrap(bytes)
            .order(format.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    float[] samples = new float[count];
    for (int i = 0; i < count; i++) {
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        sum += sample(in, (i * channels + c) * width, width, format.getEncoding());
      }
      samples[i] = (float) (sum / channels);
    }
    return new Audio(samples, Math.round(format.getSampleRate()));
  }

  private static double sample(ByteBuffer in, int at, int width, Encoding encoding) {
    if (encoding.equals(Encoding.PCM_FLOAT)) {
      return width == 8 ? in.getDouble(at) : in.getFloat(at);
    }
    long value = 0;
    for (int i = 0; i < width; i++) {
      int place = in.order() == ByteOrder.BIG_ENDIAN ? i : width - 1 - i;
      value = (value << 8) | (in.get(at + place) & 0xff);
    }
    double half = Math.scalb(1.0, 8 * width - 1);
    if (encoding.equals(Encoding.PCM_UNSIGNED)) {
      return (value - half) / half;
    }
    int unused = 64 - 8 * width;
    return ((value << unused) >> unused) / half;
  }
}
