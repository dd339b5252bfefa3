package org.openclip.hub.cli.terminal;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.openclip.api.spi.CommandProvider.Environment;

/**
 * A progress line on the standard error: a bar, the count, the rate and the remaining time. It is
 * drawn on a terminal only, ten times a second at most, and wiped at the end. For one thread.
 */
public final class Progress implements AutoCloseable {
  private static final int BAR = 24;
  private static final long PAUSE = Duration.ofMillis(100).toNanos();

  private final PrintStream err;
  private final boolean terminal;
  private final String unit;
  private final long total;
  private final LongSupplier nanos;
  private final long start;
  private long drawn;
  private long done;
  private long before;
  private int columns;

  private Progress(PrintStream err, boolean terminal, String unit, long total, LongSupplier nanos) {
    this.err = err;
    this.terminal = terminal;
    this.unit = unit;
    this.total = total;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.drawn = start;
  }

  /**
   * Starts to measure.
   *
   * @param unit what is counted, in the plural, such as {@code pictures}
   * @param total how many there will be, or -1 when nobody knows
   */
  public static Progress start(Environment environment, String unit, long total) {
    return start(environment, unit, total, System::nanoTime);
  }

  /** Starts to measure by the given clock, in nanoseconds. */
  static Progress start(Environment environment, String unit, long total, LongSupplier nanos) {
    return new Progress(environment.err(), environment.terminal(), unit, total, nanos);
  }

  /** Counts what was done before it started, which tells nothing of the rate. */
  public void skip(long count) {
    done += count;
    before += count;
  }

  /** Counts what was done since the last call and draws the line anew when it is time. */
  public void advance(long count) {
    done += count;
    long now = nanos.getAsLong();
    if (terminal && now - drawn >= PAUSE) {
      drawn = now;
      draw(line(now));
    }
  }

  /** Returns how many there were so far. */
  public long done() {
    return done;
  }

  private void draw(String line) {
    write("\r" + line + " ".repeat(Math.max(0, columns - line.length())));
    columns = line.length();
  }

  /** Writes bytes, for a printed carriage return would be shown as one. */
  private void write(String text) {
    err.writeBytes(text.getBytes(err.charset()));
    err.flush();
  }

  private String line(long now) {
    double seconds = Math.max(1e-3, (now - start) / 1e9);
    double rate = (done - before) / seconds;
    if (total <= 0) {
      return String.format(Locale.ROOT, "%d %s, %.1f/s, %s", done, unit, rate, clock(seconds));
    }
    double part = Math.min(1, (double) done / total);
    int filled = (int) (part * BAR);
    String left = done == before ? "--:--" : clock(Math.max(0, total - done) / rate);
    return String.format(
        Locale.ROOT,
        "[%s%s] %3.0f%% %d/%d %s, %.1f/s, %s left",
        "#".repeat(filled),
        "-".repeat(BAR - filled),
        100 * part,
        done,
        total,
        unit,
        rate,
        left);
  }

  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%02d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }

  /** Wipes the line until the next count, so that something else can be written. */
  public void wipe() {
    if (columns > 0) {
      write("\r" + " ".repeat(columns) + "\r");
      columns = 0;
    }
  }

  /** Wipes the line. */
  @Override
  public void close() {
    wipe();
  }
}
