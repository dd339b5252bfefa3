package org.openclip.train.data;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Counts skipped samples. The first one, and then every thousandth, is logged. Thread-safe. */
public final class Faults {
  private static final Logger LOG = System.getLogger(Faults.class.getName());
  private static final long EVERY = 1000;

  private final AtomicLong count = new AtomicLong();
  private final AtomicReference<String> first = new AtomicReference<>("");

  private final boolean aloud;

  /** Creates a count of zero. */
  public Faults() {
    this(true);
  }

  private Faults(boolean aloud) {
    this.aloud = aloud;
  }

  /** Creates a count of what was counted and said before, of which nothing is said. */
  static Faults again() {
    return new Faults(false);
  }

  /**
   * Counts a sample, or the rest of a shard, that is left out.
   *
   * @param where which one
   * @param why what is wrong with it
   */
  public void skip(String where, String why) {
    long number = count.incrementAndGet();
    if (number == 1) {
      first.set(where + ": " + why);
    }
    if (aloud && (number == 1 || number % EVERY == 0)) {
      LOG.log(
          Level.WARNING,
          number == 1
              ? "skipped "
                  + where
                  + ": "
                  + why
                  + "; further skipped samples are counted, and every 1000th is shown"
              : "skipped " + number + " samples so far, the last " + where + ": " + why);
    } else {
      LOG.log(Level.DEBUG, "left out {0}: {1}", where, why);
    }
  }

  /** Returns the first skipped sample with its reason; empty for none. */
  public Optional<String> first() {
    return Optional.of(first.get()).filter(text -> !text.isEmpty());
  }

  /** Returns the number of skipped samples. */
  public long count() {
    return count.get();
  }
}
