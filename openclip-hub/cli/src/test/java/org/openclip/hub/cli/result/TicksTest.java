package org.openclip.hub.cli.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TicksTest {
  private static List<String> texts(Ticks ticks) {
    return ticks.values().stream().map(Ticks::text).toList();
  }

  @Test
  void linearTicksAreRoundAndHoldAllValues() {
    assertThat(texts(Ticks.linear(55, 75.2))).containsExactly("55", "60", "65", "70", "75", "80");
    assertThat(texts(Ticks.linear(0.612, 0.631)))
        .containsExactly("0.6", "0.62", "0.64")
        .hasSameElementsAs(texts(Ticks.linear(0.6, 0.64)));
    assertThat(texts(Ticks.linear(-3, 12))).startsWith("-5").contains("0").endsWith("15");
  }

  @Test
  void equalValuesHaveTicksOnBothSides() {
    assertThat(texts(Ticks.linear(13.3, 13.3))).containsExactly("13", "13.5");
    assertThat(texts(Ticks.linear(13, 13))).containsExactly("12.5", "13", "13.5");
    assertThat(texts(Ticks.linear(0, 0))).contains("0").hasSize(3);
  }

  @Test
  void logarithmicTicksAreOneTwoAndFiveTimesPowersOfTen() {
    assertThat(texts(Ticks.logarithmic(8.82, 162)))
        .containsExactly("5", "10", "20", "50", "100", "200");
    assertThat(texts(Ticks.logarithmic(0.0928, 0.117))).containsExactly("0.05", "0.1", "0.2");
    assertThat(texts(Ticks.logarithmic(10, 10))).containsExactly("10", "20");
    assertThat(texts(Ticks.logarithmic(1000, 2000))).containsExactly("1000", "2000");
  }
}
