package org.openclip.api.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.InvalidInputException;

class PatchGridTest {
  @ParameterizedTest
  @CsvSource({
    // height, width, patches at most, rows, columns
    "384, 384, 576, 24, 24",
    "480, 640, 576, 21, 27",
    "100, 1000, 256, 5, 50",
    "1, 1, 576, 7, 7",
    "3, 20000, 64, 1, 64"
  })
  void aPictureIsScaledAsFarAsThePatchesAllow(
      int height, int width, int most, int rows, int columns) {
    PatchGrid grid = PatchGrid.fit(height, width, 16, most);

    assertThat(grid).isEqualTo(new PatchGrid(rows, columns, 16));
    assertThat(grid.size()).isLessThanOrEqualTo(most);
  }

  @Test
  void aPictureThatNoScaleFitsIsRefused() {
    assertThatThrownBy(() -> PatchGrid.fit(2_000_000_000, 2_000_000_000, 1, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("too large for 1 patches");
    assertThatThrownBy(() -> PatchGrid.fit(10, 10, 16, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not fit 0 patches");
  }

  @Test
  void aPatchHoldsItsRowsThenColumnsThenChannels() {
    // given a picture of 2 x 4 pixels whose numbers are 100 * channel + 10 * row + column
    float[] pixels = new float[24];
    for (int i = 0; i < 24; i++) {
      pixels[i] = 100 * (i / 8) + 10 * (i % 8 / 4) + i % 4;
    }
    FloatBuffer out = FloatBuffer.allocate(24);

    // when it is cut into patches of 2 x 2
    new PatchGrid(1, 2, 2).cut(FloatBuffer.wrap(pixels), out);

    // then the second one starts at column 2
    float[] second = new float[12];
    out.get(12, second);
    assertThat(second).containsExactly(2, 102, 202, 3, 103, 203, 12, 112, 212, 13, 113, 213);
  }
}
