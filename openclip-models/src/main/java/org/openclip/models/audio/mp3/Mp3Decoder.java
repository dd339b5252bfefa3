package org.openclip.models.audio.mp3;

import java.util.Arrays;
import java.util.Optional;
import org.openclip.api.InvalidFileException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioDecoder;

/**
 * Decodes MPEG audio of the layers 1 to 3, of which MP3 is the third. Samples that the encoder and
 * the decoder put in front of the sound and behind it are cut off where the file says how many they
 * are, as FFmpeg and mpg123 do it.
 */
public final class Mp3Decoder implements AudioDecoder {
  /** The delay of a decoder's filters. */
  private static final int DECODER_DELAY = 529;

  /** Creates the decoder. */
  public Mp3Decoder() {}

  /** ID3 tags stand before MP3 files, and hardly any other. */
  @Override
  public boolean supports(byte[] head) {
    return (head.length > 2 && head[0] == 'I' && head[1] == 'D' && head[2] == '3')
        || Mp3Header.first(head).isPresent();
  }

  @Override
  public Audio decode(String name, byte[] file) {
    Mp3Header header =
        Mp3Header.first(file)
            .orElseThrow(
                () ->
                    new InvalidFileException(
                        name,
                        Mp3Header.behindTags(file),
                        "is no MP3 file that can be read: it has no frame of MPEG audio at its"
                            + " beginning"));
    Optional<EncoderTag> tag = EncoderTag.read(file, header);
    Decoded decoded = decoded(name, file, header.start(), tag.isPresent());
    long frames = decoded.samples().length / header.samples();
    if (frames == 0 || tag.map(EncoderTag::frames).filter(n -> n > frames).isPresent()) {
      throw new InvalidFileException(
          name,
          file.length,
          "is truncated: it has %s of %s frames of sound"
              .formatted(frames, tag.map(EncoderTag::frames).filter(n -> n > 0).orElse(1L)));
    }
    return new Audio(
        tag.map(known -> cut(decoded.samples(), known)).orElse(decoded.samples()),
        decoded.sampleRate());
  }

  /**
   * Sound as it is decoded.
   *
   * @param samples the mean of the channels
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Decoded(float[] samples, int sampleRate) {}

  private static Decoded decoded(String name, byte[] file, int start, boolean tagged) {
    try {
      return Mp3Frames.decode(name, file, start, tagged);
    } catch (NoClassDefFoundError e) {
      throw new InvalidFileException(
          name,
          -1,
          "is an MP3 file, which needs JLayer: add the jar javazoom:jlayer to the class or module"
              + " path",
          e);
    }
  }

  private static float[] cut(float[] samples, EncoderTag tag) {
    if (tag.delay() < 0) {
      return samples;
    }
    int from = Math.min(tag.delay() + DECODER_DELAY, samples.length - 1);
    int to = samples.length - Math.max(0, tag.padding() - DECODER_DELAY);
    return Arrays.copyOfRange(samples, from, Math.max(to, from + 1));
  }
}
