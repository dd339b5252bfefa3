package org.openclip.models.image.jpeg;

import java.util.Arrays;
import org.openclip.models.image.source.PictureFile;

/**
 * The entropy-coded bytes between two markers, without what was stuffed in. Restart markers that
 * are missing or in the wrong order are passed over as libjpeg does.
 */
final class Segment {
  /** Zeros behind the bytes, for readers that look ahead. */
  static final int ZEROS = 24;

  private final PictureFile source;
  private final byte[] file;

  /** The bytes, with zeros behind them. */
  final byte[] bytes;

  /** How many bytes there are. */
  int length;

  /** Where the marker behind the bytes begins; the file's length when there is none. */
  private int marker;

  private int nextRestart;

  Segment(PictureFile source) {
    this.source = source;
    file = source.bytes();
    bytes = new byte[file.length + ZEROS];
  }

  /** Takes the first segment of a scan. */
  void first(int start) {
    nextRestart = 0;
    open(start);
  }

  private void open(int start) {
    length = 0;
    int copied = start;
    int at = start;
    for (; at + 1 < file.length; at++) {
      if (file[at] != (byte) 0xff) {
        continue;
      }
      int next = at + 1;
      while (next + 1 < file.length && file[next] == (byte) 0xff) {
        next++;
      }
      if (file[next] != 0) {
        copy(copied, at);
        end(file[next] == (byte) 0xff ? file.length : next - 1);
        return;
      }
      copy(copied, at + 1);
      at = next;
      copied = next + 1;
    }
    copy(copied, file.length);
    end(file.length);
  }

  private void copy(int from, int to) {
    if (to > from) {
      System.arraycopy(file, from, bytes, length, to - from);
      length += to - from;
    }
  }

  private void end(int at) {
    marker = at;
    Arrays.fill(bytes, length, length + ZEROS, (byte) 0);
  }

  /**
   * Goes on to the segment behind the next restart marker.
   *
   * @return false when that marker is missing, and the segment is empty
   */
  boolean restart() {
    int at = marker;
    int expected = nextRestart;
    nextRestart = (nextRestart + 1) & 7;
    while (true) {
      if (at + 1 >= file.length) {
        throw cut();
      }
      int code = file[at + 1] & 0xff;
      int ahead = code - 0xd0 - expected & 7;
      boolean restart = code >= 0xd0 && code <= 0xd7;
      if (restart && (ahead == 0 || (ahead > 2 && ahead < 6))) {
        open(at + 2);
        return true;
      }
      boolean past = restart ? ahead >= 6 : code < 0xc0;
      if (!past) {
        length = 0;
        end(at);
        return false;
      }
      at = nextMarker(file, at + 2);
    }
  }

  /** Returns where the marker behind the scan begins. */
  int marker() {
    if (marker + 1 >= file.length) {
      throw cut();
    }
    return marker;
  }

  /** Returns whether nothing follows: what is read behind the bytes is missing in the file. */
  boolean isLast() {
    return marker + 1 >= file.length;
  }

  RuntimeException cut() {
    return source.cut("in its pixels");
  }

  /** Returns where the next marker begins, past fill bytes and stray ones; or the file's length. */
  static int nextMarker(byte[] file, int from) {
    int at = from;
    while (at + 1 < file.length) {
      if (file[at] == (byte) 0xff && file[at + 1] != (byte) 0xff && file[at + 1] != 0) {
        return at;
      }
      at++;
    }
    return file.length;
  }
}
