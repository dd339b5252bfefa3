package org.openclip.models.audio.mp3;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What an encoder says in the first frame of an MP3 file, which has no sound then (Xing, Info and
 * LAME): the number of frames, and how many samples were put in front of the sound and behind it.
 *
 * @param frames the number of frames, without this one; -1 when it is unknown
 * @param delay the number of samples in front, or -1 when it is unknown
 * @param padding the number of samples behind
 */
record EncoderTag(long frames, int delay, int padding) {
  private static final int LAME_DELAYS = 21;

  /** Reads the tag; empty when the first frame is sound. */
  static Optional<EncoderTag> read(byte[] file, Mp3Header header) {
    ByteBuffer in = ByteBuffer.wrap(file);
    if (header.layer() != 3 || header.tag() + 8 > file.length) {
      return Optional.empty();
    }
    in.position(header.tag());
    String kind = text(in);
    if (!kind.equals("Xing") && !kind.equals("Info")) {
      return Optional.empty();
    }
    int flags = in.getInt();
    int rest =
        4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1);
    if (in.remaining() < rest + LAME_DELAYS + 3) {
      return Optional.of(new EncoderTag(-1, -1, 0));
    }
    long frames = (flags & 1) == 1 ? in.getInt(in.position()) & 0xffffffffL : -1;
    in.position(in.position() + rest);
    String encoder = text(in);
    if (!encoder.equals("LAME") && !encoder.equals("Lavf") && !encoder.equals("Lavc")) {
      return Optional.of(new EncoderTag(frames, -1, 0));
    }
    int at = in.position() - 4 + LAME_DELAYS;
    int delays = (in.get(at) & 0xff) << 16 | (in.get(at + 1) & 0xff) << 8 | (in.get(at + 2) & 0xff);
    return Optional.of(new EncoderTag(frames, delays >> 12, delays & 0xfff));
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[4];
    in.get(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
