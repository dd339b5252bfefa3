package org.openclip.hub.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class BarsTest {
  @Test
  void blocksShowEighthsOfAColumn() {
    Bars bars = new Bars(StandardCharsets.UTF_8, 4);

    assertThat(bars.bar(0)).isEmpty();
    assertThat(bars.bar(1 / 32.0)).isEqualTo("▏");
    assertThat(bars.bar(0.5)).isEqualTo("██");
    assertThat(bars.bar(0.75 + 5 / 32.0)).isEqualTo("███▋");
    assertThat(bars.bar(1)).isEqualTo("████");
  }

  @Test
  void aCharacterSetWithoutBlocksGetsNumberSigns() {
    Bars bars = new Bars(StandardCharsets.US_ASCII, 4);

    assertThat(bars.bar(0)).isEmpty();
    assertThat(bars.bar(0.7)).isEqualTo("###");
    assertThat(bars.bar(1)).isEqualTo("####");
  }

  @Test
  void partsBeyondTheBoundsAreDrawnAtThem() {
    Bars bars = new Bars(StandardCharsets.UTF_8, 4);

    assertThat(bars.bar(-1)).isEmpty();
    assertThat(bars.bar(1.5)).isEqualTo("████");
    assertThat(bars.bar(Double.NaN)).isEmpty();
  }
}
