package org.openclip.models.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.openclip.api.encoder.ModelSize;

/** Models of other authors have the number of parameters that their authors publish. */
class FamilySizesTest {
  private static ModelSize size(String model) {
    return new FamilyCatalogue().size(model).orElseThrow();
  }

  /** In billions with one digit, on the hub. */
  @Test
  void metaClip2() {
    assertBillions("metaclip-2-worldwide-s16", 0.4);
    assertBillions("metaclip-2-worldwide-m16", 0.5);
    assertBillions("metaclip-2-worldwide-b32", 0.6);
    assertBillions("metaclip-2-worldwide-b16", 0.6);
    assertBillions("metaclip-2-worldwide-l14", 1.1);
    assertBillions("metaclip-2-mt5-worldwide-s16", 0.1);
    assertBillions("metaclip-2-mt5-worldwide-m16", 0.2);
    assertBillions("metaclip-2-mt5-worldwide-b32", 0.3);
  }

  private static void assertBillions(String model, double published) {
    assertThat(size(model).parameters() / 1e9).as(model).isCloseTo(published, within(0.05));
  }

  /** The text towers, in the table of the authors' repository. */
  @Test
  void tips() {
    assertMillions(size("tipsv2-b14").textParameters(), 109.6);
    assertMillions(size("tipsv2-l14").textParameters(), 183.9);
    assertMillions(size("tipsv2-so400m14").textParameters(), 448.3);
    assertMillions(size("tipsv2-g14").textParameters(), 389.1);
  }

  /** Both files, on the hub. */
  @Test
  void nomic() {
    assertMillions(size("nomic-embed-vision-v1.5").imageParameters(), 92.9);
    assertMillions(size("nomic-embed-vision-v1.5").textParameters(), 136.7);
  }

  /** The image towers, in the table of the authors' repository, without digits. */
  @Test
  void openVision() {
    assertThat(size("openvision-vit-small-patch16-224").imageParameters() / 1e6)
        .isCloseTo(22, within(0.5));
    assertThat(size("openvision-vit-base-patch16-224").imageParameters() / 1e6)
        .isCloseTo(86, within(0.5));
    assertThat(size("openvision-vit-huge-patch14-224").imageParameters() / 1e6)
        .isCloseTo(632, within(0.5));
  }

  private static void assertMillions(long count, double published) {
    assertThat(count / 1e6).isCloseTo(published, within(0.0501));
  }
}
