package org.openclip.hub.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenVisionFolderTest {
  private static final String PLACE = "hf-hub:UCSC-VLAA/openvision-vit-tiny-patch16-224";

  private static Map<String, Object> config(Object tokenizer) {
    return Map.of(
        "embed_dim",
        192,
        "text_cfg",
        Map.of(
            "width",
            192,
            "hf_tokenizer_name",
            tokenizer,
            "tokenizer_kwargs",
            Map.of("strip_sep_token", true)));
  }

  @Test
  void theTokenizerIsThatOfTheAuthorsCode() {
    assertThat(OpenVisionFolder.tokenized(PLACE, config("bert-base-uncased")))
        .containsEntry("embed_dim", 192)
        .containsEntry(
            "text_cfg",
            Map.of(
                "width",
                192,
                "hf_tokenizer_name",
                "bert-base-uncased",
                "tokenizer_mode",
                "clips",
                "bos_id",
                1,
                "eos_id",
                2));
  }

  @Test
  void otherFoldersAndOtherTokenizersStayAsTheyAre() {
    Map<String, Object> clipa = config("bert-base-uncased");
    Map<String, Object> other = config("other");

    assertThat(OpenVisionFolder.tokenized("hf-hub:UCSC-VLAA/ViT-H-14-CLIPA", clipa))
        .isSameAs(clipa);
    assertThat(OpenVisionFolder.tokenized(PLACE, other)).isSameAs(other);
    assertThat(OpenVisionFolder.tokenized(PLACE, Map.of("embed_dim", 1))).hasSize(1);
  }
}
