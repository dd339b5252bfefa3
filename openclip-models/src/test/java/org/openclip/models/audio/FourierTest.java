package org.openclip.models.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast transform against the sum that defines it. */
class FourierTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 30, 400, 1024})
  void thePowerIsThatOfTheDefinition(int length) {
    Random random = new Random(length);
    double[] samples = random.doubles(length, -1, 1).toArray();
    double[] power = new double[length / 2 + 1];

    new Fourier(length).power(samples, power);

    for (int k = 0; k < power.length; k++) {
      double real = 0;
      double imaginary = 0;
      for (int i = 0; i < length; i++) {
        double angle = 2 * Math.PI * ((long) i * k % length) / length;
        real += samples[i] * Math.cos(angle);
        imaginary -= samples[i] * Math.sin(angle);
      }
      assertThat(power[k]).isCloseTo(real * real + imaginary * imaginary, within(1e-9));
    }
  }
}
