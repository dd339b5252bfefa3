package org.openclip.hub.cli.bulk;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.PictureSource;
import org.openclip.api.image.PictureSource.Opening;

/**
 * Reads parts of a stream that can only be read from its beginning, such as a compressed archive.
 * If the parts are read in their order, the stream is read once. Parts that were passed over are
 * kept for a while; after that, the stream is read again. Safe for many threads.
 */
final class ForwardBytes {
  private static final long MOST_KEPT = 64L << 20;

  private final Opening opening;
  private final TreeMap<Long, Integer> places = new TreeMap<>();
  private final Map<Long, byte[]> kept = new LinkedHashMap<>();
  private long keptBytes;
  private @Nullable InputStream stream;
  private long position;

  /** Creates a reader that opens the bytes whenever it begins. */
  ForwardBytes(Opening opening) {
    this.opening = opening;
  }

  /** Returns the picture at a position, which is read later. */
  synchronized PictureSource source(String id, long at, int count) {
    places.put(at, count);
    return PictureSource.opening(id, () -> new ByteArrayInputStream(read(at)));
  }

  private synchronized byte[] read(long at) throws IOException {
    byte[] ready = kept.remove(at);
    if (ready != null) {
      keptBytes -= ready.length;
      return ready;
    }
    if (stream == null || position > at) {
      close();
      stream = opening.open();
      position = 0;
    }
    for (Map.Entry<Long, Integer> passed : places.subMap(position, at).entrySet()) {
      if (!kept.containsKey(passed.getKey())) {
        keep(passed.getKey(), take(stream, passed.getKey(), passed.getValue()));
      }
    }
    byte[] bytes = take(stream, at, places.getOrDefault(at, 0));
    if (at >= places.lastKey()) {
      close();
    }
    return bytes;
  }

  private byte[] take(InputStream from, long at, int count) throws IOException {
    from.skipNBytes(at - position);
    byte[] bytes = from.readNBytes(count);
    position = at + bytes.length;
    if (bytes.length < count) {
      throw new EOFException("the archive ends at " + position);
    }
    return bytes;
  }

  private void keep(long at, byte[] bytes) {
    kept.put(at, bytes);
    keptBytes += bytes.length;
    Iterator<byte[]> oldest = kept.values().iterator();
    while (keptBytes > MOST_KEPT && oldest.hasNext()) {
      keptBytes -= oldest.next().length;
      oldest.remove();
    }
  }

  private void close() throws IOException {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }
}
