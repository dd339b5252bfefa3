package org.openclip.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.train.run.Schedule.Kind;

class ScheduleTest {
  private static final Offset<Double> EXACT = Offset.offset(1e-15);

  @Test
  void theWarmUpIsALine() {
    Schedule schedule = Schedule.cosine(1, 4, 12);
    assertThat(schedule.at(0)).isEqualTo(0.25, EXACT);
    assertThat(schedule.at(3)).isEqualTo(1, EXACT);
  }

  @Test
  void theCosineFallsToZero() {
    Schedule schedule = Schedule.cosine(2, 4, 12);
    assertThat(schedule.at(4)).isEqualTo(2, EXACT);
    assertThat(schedule.at(8)).isEqualTo(1, EXACT);
    assertThat(schedule.at(12)).isEqualTo(0, EXACT);
  }

  @Test
  void theCoolDownFallsByItsPower() {
    Schedule line = new Schedule(Kind.CONST_COOLDOWN, 1, 0, 10, 4, 1, 0.2);
    assertThat(line.at(5)).isEqualTo(1, EXACT);
    assertThat(line.at(6)).isEqualTo(1, EXACT);
    assertThat(line.at(8)).isEqualTo(0.6, EXACT);
    Schedule square = new Schedule(Kind.CONST_COOLDOWN, 1, 0, 10, 4, 2, 0);
    assertThat(square.at(8)).isEqualTo(0.25, EXACT);
    assertThat(new Schedule(Kind.CONST, 3, 2, 10, 0, 1, 0).at(9)).isEqualTo(3, EXACT);
  }

  @Test
  void impossibleOnesAreRefused() {
    assertThatThrownBy(() -> new Schedule(Kind.CONST_COOLDOWN, 1, 0, 10, 11, 1, 0))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> Schedule.cosine(Double.NaN, 0, 1))
        .isInstanceOf(InvalidInputException.class);
  }
}
