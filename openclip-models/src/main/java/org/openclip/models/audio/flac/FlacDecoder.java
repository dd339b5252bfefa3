package org.openclip.models.audio.flac;

import java.util.Arrays;
import org.openclip.api.InvalidFileException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioDecoder;

/**
 * Decodes FLAC files of 4 to 32 bits and 1 to 8 channels, and checks every frame by its checksum
 * and the whole by its MD5.
 */
public final class FlacDecoder implements AudioDecoder {
  private static final byte[] MARKER = {'f', 'L', 'a', 'C'};
  private static final int STREAM_INFO = 0;
  private static final int INVALID = 127;

  /** Creates the decoder. */
  public FlacDecoder() {}

  @Override
  public boolean supports(byte[] head) {
    return head.length >= MARKER.length
        && Arrays.equals(head, 0, MARKER.length, MARKER, 0, MARKER.length);
  }

  @Override
  public Audio decode(String name, byte[] file) {
    if (!supports(file)) {
      throw new InvalidFileException(name, 0, "does not begin as a FLAC file does");
    }
    BitReader in = new BitReader(name, file, MARKER.length);
    StreamInfo info = metadata(in);
    MonoSamples mono = new MonoSamples(info);
    SoundDigest digest = new SoundDigest(info);
    FrameReader frames = new FrameReader(in, info);
    while (!complete(info, mono) && in.remaining() > 0) {
      long[][] channels = frames.next();
      digest.add(channels);
      mono.add(channels);
    }
    check(in, info, mono);
    digest.check(in);
    return new Audio(mono.toArray(), info.sampleRate());
  }

  /** Reads the blocks before the first frame. */
  private static StreamInfo metadata(BitReader in) {
    boolean last = in.read(1) == 1;
    if (in.read(7) != STREAM_INFO || in.read(24) != StreamInfo.BYTES) {
      throw in.damaged("has no stream information at its beginning");
    }
    StreamInfo info = StreamInfo.read(in);
    while (!last) {
      last = in.read(1) == 1;
      int type = (int) in.read(7);
      int length = (int) in.read(24);
      if (type == INVALID || length > in.remaining()) {
        throw in.damaged("has a metadata block of type %s and %s bytes".formatted(type, length));
      }
      in.moveTo(in.position() + length);
    }
    return info;
  }

  private static boolean complete(StreamInfo info, MonoSamples mono) {
    return info.samples() > 0 && mono.count() >= info.samples();
  }

  private static void check(BitReader in, StreamInfo info, MonoSamples mono) {
    if (mono.count() == 0 || (info.samples() > 0 && mono.count() != info.samples())) {
      throw in.damaged(
          "is truncated or damaged: it has %s of %s samples"
              .formatted(mono.count(), info.samples() > 0 ? info.samples() : "at least 1"));
    }
  }
}
