package org.openclip.models.audio.mp3;

import java.io.ByteArrayInputStream;
import javazoom.jl.decoder.Bitstream;
import javazoom.jl.decoder.BitstreamException;
import javazoom.jl.decoder.Decoder;
import javazoom.jl.decoder.DecoderException;
import javazoom.jl.decoder.Header;
import org.openclip.api.InvalidFileException;

/** The calls of JLayer, in a class of their own: it is only loaded where the jar is. */
final class Mp3Frames {
  private Mp3Frames() {}

  /**
   * Decodes all frames.
   *
   * @param start the index of the first frame
   * @param tagged whether the first frame has no sound
   */
  static Mp3Decoder.Decoded decode(String name, byte[] file, int start, boolean tagged) {
    Bitstream in = new Bitstream(new ByteArrayInputStream(file, start, file.length - start));
    Decoder decoder = new Decoder();
    FrameSamples out = new FrameSamples();
    decoder.setOutputBuffer(out);
    int rate = 0;
    int channels = 0;
    long frame = 0;
    try {
      Header header = in.readFrame();
      if (tagged && header != null) {
        in.closeFrame();
        header = in.readFrame();
      }
      while (header != null) {
        int ofFrame = header.mode() == Header.SINGLE_CHANNEL ? 1 : 2;
        if (frame > 0 && (header.frequency() != rate || ofFrame != channels)) {
          throw new InvalidFileException(
              name,
              -1,
              "changes from %s channels at %s Hz to %s at %s Hz in frame %s, which is not supported"
                  .formatted(channels, rate, ofFrame, header.frequency(), frame));
        }
        rate = header.frequency();
        channels = ofFrame;
        decoder.decodeFrame(header, in);
        in.closeFrame();
        out.endFrame(channels);
        frame++;
        header = in.readFrame();
      }
    } catch (InvalidFileException e) {
      throw e;
    } catch (BitstreamException | DecoderException | RuntimeException e) {
      // In a damaged frame, JLayer divides by zero and leaves its tables.
      throw new InvalidFileException(
          name, -1, "is damaged: frame %s cannot be decoded: %s".formatted(frame, e), e);
    }
    return new Mp3Decoder.Decoded(out.toArray(), rate);
  }
}
