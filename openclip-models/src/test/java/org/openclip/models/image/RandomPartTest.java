package org.openclip.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RandomPartTest {
  @Test
  void areaLogarithmOfShapeAndPlaceAreUniform() {
    // So small that all fit: none is drawn again, which would bend the distributions.
    RandomPart parts = new RandomPart(0.1, 0.3, 0.5, 2, true);
    SplittableRandom random = new SplittableRandom(1);
    int count = 20_000;
    double share = 0;
    double shareSquared = 0;
    double shape = 0;
    double shapeSquared = 0;
    double place = 0;
    for (int i = 0; i < count; i++) {
      RandomPart.Part part = parts.draw(1000, 1200, random).orElseThrow();
      assertThat(part.left()).isBetween(0, 1000 - part.width());
      assertThat(part.top()).isBetween(0, 1200 - part.height());
      double area = (double) part.width() * part.height() / (1000 * 1200);
      double ratio = Math.log((double) part.width() / part.height());
      assertThat(area).isBetween(0.0995, 0.3005);
      assertThat(ratio).isBetween(-0.7, 0.7);
      share += area / count;
      shareSquared += area * area / count;
      shape += ratio / count;
      shapeSquared += ratio * ratio / count;
      place += (double) part.left() / (1000 - part.width()) / count;
    }
    // Means and variances of uniform distributions, within four deviations.
    assertThat(share).isCloseTo(0.2, within(0.0017));
    assertThat(shareSquared - share * share).isCloseTo(0.04 / 12, within(1e-4));
    assertThat(shape).isCloseTo(0, within(0.012));
    assertThat(shapeSquared).isCloseTo(Math.pow(Math.log(2), 2) / 3, within(0.005));
    assertThat(place).isCloseTo(0.5, within(0.0085));
  }

  @Test
  void whatNeverFitsIsSaid() {
    RandomPart all = new RandomPart(1, 1, 1, 1, true);
    SplittableRandom random = new SplittableRandom(1);

    assertThat(all.draw(8, 8, random)).contains(new RandomPart.Part(0, 0, 8, 8));
    assertThat(all.draw(8, 9, random)).map(RandomPart.Part::height).isEqualTo(Optional.of(8));
    assertThat(all.draw(8, 80, random)).isEmpty();
    assertThat(new RandomPart(1, 1, 1, 1, false).draw(8, 8, random)).isEmpty();
  }
}
