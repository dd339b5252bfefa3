package org.openclip.hub.http;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InterruptedCallException;

/**
 * The waiting time before a request is retried: it doubles after every failure, with random jitter,
 * or follows the server's Retry-After.
 *
 * @param retries how often a request is tried again
 * @param first the longest pause before the first retry
 * @param most the longest pause of all, those that a server asks for too
 */
public record Backoff(int retries, Duration first, Duration most) {
  /** Five retries within half a minute, unless the server asks for more. */
  public static final Backoff DEFAULT =
      new Backoff(5, Duration.ofSeconds(1), Duration.ofMinutes(5));

  /** The window of a rate limit that is used up, as in {@code "api";r=0;t=55}. */
  private static final Pattern RATE_LIMIT = Pattern.compile(";\\s*r=0\\s*;\\s*t=(\\d{1,6})");

  /** The longest pause that a server did not ask for. */
  private static final Duration OWN = Duration.ofSeconds(8);

  /** Returns the same pauses with so many retries. */
  public Backoff withRetries(int count) {
    return new Backoff(count, first, most);
  }

  /**
   * Waits before a retry.
   *
   * @param attempt how often the request has failed, from 1
   * @param asked how long the server asks to wait; empty when it does not say
   * @throws InterruptedCallException when the thread is interrupted
   */
  void pause(int attempt, Optional<Duration> asked) {
    Duration pause = asked.orElseGet(() -> own(attempt));
    try {
      Thread.sleep(pause.compareTo(most) > 0 ? most : pause);
    } catch (InterruptedException e) {
      throw InterruptedCallException.of("waiting to try again", e);
    }
  }

  private Duration own(int attempt) {
    Duration doubled = first.multipliedBy(1L << Math.min(10, attempt - 1));
    Duration bounded = doubled.compareTo(OWN) > 0 ? OWN : doubled;
    return Duration.ofMillis(
        (long) (bounded.toMillis() * ThreadLocalRandom.current().nextDouble(0.5, 1)));
  }

  /** Returns how long a server asks to wait; empty when it does not say. */
  static Optional<Duration> asked(HttpHeaders headers) {
    Optional<String> limit = headers.firstValue("RateLimit");
    if (limit.isPresent()) {
      Matcher matcher = RATE_LIMIT.matcher(limit.get());
      if (matcher.find()) {
        return Optional.of(Duration.ofSeconds(Long.parseLong(matcher.group(1)) + 1));
      }
    }
    return headers.firstValue("Retry-After").flatMap(Backoff::retryAfter);
  }

  private static Optional<Duration> retryAfter(String value) {
    try {
      if (value.matches("\\d{1,9}")) {
        return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
      }
      ZonedDateTime at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration left = Duration.between(ZonedDateTime.now(at.getZone()), at);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
