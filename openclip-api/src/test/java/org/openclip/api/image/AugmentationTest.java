package org.openclip.api.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;

class AugmentationTest {
  @Test
  void whatIsNotSaidIsAsInTheReference() {
    assertThat(Augmentation.of(Map.of())).isEqualTo(Augmentation.DEFAULT);
    Augmentation timm = Augmentation.of(Map.of("use_timm", true));

    assertThat(timm.timm()).isTrue();
    assertThat(timm.minScale()).isEqualTo(0.9);
    assertThat(timm.maxRatio()).isEqualTo(4.0 / 3);
    assertThat(timm.colorJitterProbability()).isZero();
    assertThat(timm.erasing()).isEqualTo(Augmentation.Erasing.NONE);
  }

  @Test
  void timmVariesColoursAlwaysAndErases() {
    Augmentation timm =
        Augmentation.of(
            Map.of(
                "use_timm",
                true,
                "naflex",
                false,
                "color_jitter",
                List.of(0.1, 0.2, 0.3),
                "color_jitter_prob",
                0.5,
                "gray_scale_prob",
                0.5,
                "re_prob",
                0.25,
                "re_count",
                3.0));

    assertThat(List.of(timm.brightness(), timm.contrast(), timm.saturation(), timm.hue()))
        .containsExactly(0.1, 0.2, 0.3, 0.0);
    assertThat(timm.colorJitterProbability()).isOne();
    assertThat(timm.greyProbability()).isZero();
    assertThat(timm.erasing()).isEqualTo(new Augmentation.Erasing(0.25, 3));
    assertThat(Augmentation.of(Map.of("use_timm", true, "color_jitter", 0.4)).saturation())
        .isEqualTo(0.4);
    assertThat(Augmentation.of(Map.of("color_jitter", 0.4)).colorJitterProbability()).isZero();
  }

  @Test
  void wrongConfigurationsAreRefusedWithARemedy() {
    assertRefused(Map.of("scale", List.of(0.9)), "aug_cfg.scale': has 1 numbers, but must have 2");
    assertRefused(Map.of("scale", List.of(0.9, 1.5)), "0 < min <= max <= 1");
    assertRefused(
        Map.of("color_jitter", List.of(0.1, 0.1, 0.1)), "has 3 numbers, but must have 4: bri");
    assertRefused(
        Map.of("use_timm", true, "color_jitter", List.of(0.1, 0.1)), "or the first three");
    assertRefused(Map.of("re_prob", 0.1), "also set use_timm=true");
    assertRefused(
        Map.of("use_timm", true, "re_prob", 1.1), "aug_cfg.re_prob': must be from 0 to 1");
    assertRefused(Map.of("use_timm", true, "re_count", 0), "aug_cfg.re_count': must be at least 1");
    assertRefused(
        Map.of("use_timm", true, "naflex", true), "leave it out, and call ImageAugmenter.cut");
    // As in the reference, whose aug_cfg has no place for it.
    assertRefused(
        Map.of("use_timm", true, "auto_augment", "rand-m9-mstd0.5-inc1"),
        "aug_cfg.auto_augment': is not known");
    assertRefused(Map.of("use_timm", true, "hflip", 0.5), "color_jitter, ");
  }

  private static void assertRefused(Map<String, ?> json, String message) {
    assertThatThrownBy(() -> Augmentation.of(json))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(message);
  }
}
