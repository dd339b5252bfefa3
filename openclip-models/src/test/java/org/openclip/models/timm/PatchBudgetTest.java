package org.openclip.models.timm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

class PatchBudgetTest {
  private static PatchBudget of(Map<String, ?> config) {
    return PatchBudget.of(new ConfigReader("vision_cfg", config));
  }

  /** The steps of FG-CLIP 2's own code. */
  @Test
  void anImageHasTheFirstBoundThatItsPatchesDoNotExceed() {
    PatchBudget budget = of(Map.of("image_seq_lens", List.of(128, 256, 576, 784, 1024)));

    assertThat(budget.most()).isEqualTo(1024);
    assertThat(budget.of(128, 256, 16)).as("128 whole patches").isEqualTo(128);
    assertThat(budget.of(144, 256, 16)).as("144").isEqualTo(256);
    assertThat(budget.of(271, 271, 16)).as("256, and parts").isEqualTo(256);
    assertThat(budget.of(272, 272, 16)).as("289").isEqualTo(576);
    assertThat(budget.of(448, 448, 16)).as("784").isEqualTo(784);
    assertThat(budget.of(4000, 3000, 16)).isEqualTo(1024);
  }

  @Test
  void oneBoundIsThatOfAllAndNoneIsZero() {
    assertThat(of(Map.of("image_seq_len", 576)).of(16, 16, 16)).isEqualTo(576);
    assertThat(of(Map.of()).most()).isZero();
    assertThat(of(Map.of()).of(16, 16, 16)).isZero();
  }

  @Test
  void boundsThatDoNotRiseOrComeTwiceAreRefused() {
    for (Map<String, ?> config :
        List.of(
            Map.of("image_seq_lens", List.of(256, 128)),
            Map.of("image_seq_lens", List.of(0, 128)),
            Map.of("image_seq_lens", List.of(1.5)),
            Map.of("image_seq_lens", List.of(256), "image_seq_len", 256))) {
      assertThatThrownBy(() -> of(config))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("vision_cfg.image_seq_lens")
          .hasMessageContaining("must be whole numbers from 1 that rise");
    }
  }
}
