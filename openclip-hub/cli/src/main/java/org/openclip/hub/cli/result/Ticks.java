package org.openclip.hub.cli.result;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The round numbers that are written on an axis. All values lie between the first and the last.
 *
 * @param values two at least, ascending
 */
record Ticks(List<BigDecimal> values) {
  /** About how many steps a linear axis has. */
  private static final int STEPS = 5;

  private static final BigDecimal[] DECADE = {
    BigDecimal.ONE, BigDecimal.TWO, BigDecimal.valueOf(5), BigDecimal.TEN
  };

  Ticks {
    values = List.copyOf(values);
  }

  /** Returns ticks at equal distances of 1, 2 or 5 times a power of ten. */
  static Ticks linear(double low, double high) {
    double span = Math.max(high - low, Math.max(Math.abs(high) * 0.1, 1e-9));
    BigDecimal step = atLeast(span / STEPS);
    long first = (long) Math.floor(low / step.doubleValue());
    long last = (long) Math.ceil(high / step.doubleValue());
    if (first == last) {
      first--;
      last++;
    }
    List<BigDecimal> values = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      values.add(step.multiply(BigDecimal.valueOf(i)));
    }
    return new Ticks(values);
  }

  /** Returns ticks at 1, 2 and 5 times the powers of ten; both bounds are above zero. */
  static Ticks logarithmic(double low, double high) {
    List<BigDecimal> values = new ArrayList<>();
    BigDecimal power = power(low);
    for (int i = 0; values.isEmpty() || last(values) < high; i++) {
      BigDecimal value = DECADE[i % 3].multiply(power.scaleByPowerOfTen(i / 3));
      if (value.doubleValue() <= low) {
        values.clear();
      }
      values.add(value);
    }
    if (values.size() == 1) {
      values.add(values.getFirst().multiply(BigDecimal.TWO));
    }
    return new Ticks(values);
  }

  private static double last(List<BigDecimal> values) {
    return values.getLast().doubleValue();
  }

  /** Returns the largest power of ten that is not above a number. */
  private static BigDecimal power(double number) {
    BigDecimal exact = new BigDecimal(number, MathContext.DECIMAL64);
    return BigDecimal.ONE.scaleByPowerOfTen(exact.precision() - exact.scale() - 1);
  }

  /** Returns the next number that is 1, 2 or 5 times a power of ten. */
  private static BigDecimal atLeast(double number) {
    BigDecimal power = power(number);
    for (BigDecimal factor : DECADE) {
      BigDecimal round = factor.multiply(power);
      if (round.doubleValue() >= number) {
        return round;
      }
    }
    throw new IllegalArgumentException("no step of at least " + number);
  }

  double first() {
    return values.getFirst().doubleValue();
  }

  double last() {
    return last(values);
  }

  /** Returns a tick as it is written. */
  static String text(BigDecimal tick) {
    return tick.signum() == 0 ? "0" : tick.stripTrailingZeros().toPlainString();
  }
}
