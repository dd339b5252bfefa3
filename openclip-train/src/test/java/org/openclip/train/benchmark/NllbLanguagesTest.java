package org.openclip.train.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.openclip.hub.cli.UsageException;

class NllbLanguagesTest {
  @Test
  void shortCodesAndCodesOfNllbAreKnown() {
    assertThat(NllbLanguages.code("en")).isEqualTo("eng_Latn");
    assertThat(NllbLanguages.code("jp")).isEqualTo("jpn_Jpan");
    assertThat(NllbLanguages.code("quz")).isEqualTo("quy_Latn");
    assertThat(NllbLanguages.code("ace_Arab")).isEqualTo("ace_Arab");
    assertThatThrownBy(() -> NllbLanguages.code("xx"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--language is 'xx'")
        .hasMessageContaining("fra_Latn");
  }

  @Test
  void modelsAreKnownByTheirNames() {
    assertThat(NllbLanguages.marks("hf-hub:visheratin/nllb-clip-base-oc")).isTrue();
    assertThat(NllbLanguages.marks("xlm-roberta-base-ViT-B-32")).isFalse();
  }
}
