package org.openclip.hub.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openclip.api.UnknownNameException;
import org.openclip.api.config.PretrainedTag;
import org.openclip.hub.OpenClip;

/** Pretrained weights are found by model and tag as the reference finds them. */
class PretrainedTagsTest {
  private static final PretrainedTags TAGS = OpenClip.pretrained();

  @Test
  void listsPairsTagsAndModels() {
    assertThat(TAGS.all())
        .as("the reference's, the embedded one and others'")
        .hasSizeGreaterThan(201);
    assertThat(TAGS.tags("ViT-L-14-336")).containsExactly("openai");
    assertThat(TAGS.tags("ViT-B/32")).hasSize(22).startsWith("openai");
    assertThat(TAGS.tags("ViT-B-31")).isEmpty();
    assertThat(TAGS.models("openai"))
        .startsWith("RN50", "RN101")
        .contains("ViT-B-32", "ViT-B-32-quickgelu");
    assertThat(TAGS.models("dfn5b"))
        .containsExactly(
            "ViT-H-14", "ViT-H-14-378", "ViT-H-14-quickgelu", "ViT-H-14-378-quickgelu");
    assertThat(TAGS.models("none")).isEmpty();
  }

  @Test
  void otherAuthorsModelsHaveTheNameOfTheirRepository() {
    assertThat(TAGS.find("openvision-vit-tiny-patch8-160", "openvision"))
        .map(PretrainedTag::locations)
        .contains(List.of("hf-hub:UCSC-VLAA/openvision-vit-tiny-patch8-160"));
    assertThat(TAGS.models("metaclip2_worldwide"))
        .contains("ViT-H-14-worldwide", "metaclip-2-worldwide-l14");
  }

  @Test
  void caseAndDashesOfATagDoNotCount() {
    assertThat(TAGS.find("ViT-B-32", "LAION2B-s34B-b79K"))
        .map(PretrainedTag::tag)
        .contains("laion2b_s34b_b79k");
    assertThat(TAGS.models("Laion2B-S12B_B42K")).containsExactly("ViT-g-14");
    assertThat(TAGS.find("vit-b-32", "openai")).as("models have one spelling").isEmpty();
  }

  @Test
  void theActivationIsAFactOfTheTag() {
    assertThat(TAGS.find("ViT-B-32", "openai").orElseThrow().quickGelu()).isTrue();
    assertThat(TAGS.find("ViT-B-32", "laion2b_e16").orElseThrow().quickGelu()).isFalse();
    assertThat(TAGS.find("ViT-B-32-quickgelu", "laion2b_e16")).isEmpty();
  }

  @Test
  void unknownTagsProposeTheNearest() {
    UnknownNameException typo = TAGS.unknown("ViT-B-32", "laion2b_s34b_b97k");
    assertThat(typo).hasMessageContaining("did you mean laion2b_s34b_b79k");

    UnknownNameException other = TAGS.unknown("ViT-B-32-quickgelu", "laion2b_e16");
    assertThat(other).hasMessageContaining("This tag exists for ViT-B-32");
  }
}
