package org.openclip.hub.http;

import java.util.function.LongConsumer;
import org.openclip.api.spi.FetchListener;

/** Forwards download progress from many threads to a listener, one call at a time. */
public final class Relay implements LongConsumer {
  private final FetchListener listener;
  private final String name;
  private final long total;
  private long last = -1;

  /** Creates a relay for one file. */
  public Relay(FetchListener listener, String name, long total) {
    this.listener = listener;
    this.name = name;
    this.total = total;
  }

  @Override
  public synchronized void accept(long done) {
    // A thread that was overtaken brings an older count.
    if (done > last || done == 0) {
      last = done;
      listener.progress(name, done, total);
    }
  }
}
