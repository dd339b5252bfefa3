package org.openclip.models.text.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;

/** What stands around texts, with small tokenizers that know five words. */
class FramesTest {
  private static final String XLM_TEMPLATE =
      """
      {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                  {"Sequence": {"id": "A", "type_id": 0}},
                  {"SpecialToken": {"id": "</s>", "type_id": 0}}],
       "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
       "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                          "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}}
      """;
  private static final String T5_TEMPLATE =
      XLM_TEMPLATE.replace("{\"SpecialToken\": {\"id\": \"<s>\", \"type_id\": 0}},", "");

  @TempDir Path folder;

  /** Writes a tokenizer whose words are a = 4, cat = 5, dog = 6. */
  private Tokenizer tokenizer(
      String template, String config, Map<String, Object> textConfig, String... added)
      throws IOException {
    StringBuilder tokens = new StringBuilder();
    int id = 7;
    for (String token : added) {
      tokens
          .append(", {\"id\": ")
          .append(id++)
          .append(", \"content\": \"")
          .append(token)
          .append("\", \"special\": true, \"single_word\": false, \"lstrip\": false,")
          .append(" \"rstrip\": false, \"normalized\": false}");
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [%s, %s, %s%s],
         "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
         "post_processor": %s, "decoder": null,
         "model": {"type": "WordLevel", "unk_token": "<unk>",
          "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4, "cat": 5, "dog": 6}}}
        """
            .formatted(
                special(0, "<s>"), special(1, "<pad>"), special(2, "</s>"), tokens, template));
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
    Map<String, Object> all = new HashMap<>(textConfig);
    all.put("hf_tokenizer_name", "any");
    return new HfTokenizerProvider().create(TokenizerContext.of(all, 6).withModelFolder(folder));
  }

  private static String special(int id, String content) {
    return """
    {"id": %s, "content": "%s", "special": true, "single_word": false, "lstrip": false,
     "rstrip": false, "normalized": false}\
    """
        .formatted(id, content);
  }

  private static long[] row(Tokenizer tokenizer, String text) {
    return tokenizer.tokenize(List.of(text)).row(0);
  }

  @Test
  void takesTheFramesOfTheFile() throws IOException {
    Tokenizer roberta = tokenizer(XLM_TEMPLATE, "{}", Map.of());
    assertThat(row(roberta, "a cat")).containsExactly(0, 4, 5, 2, 1, 1);
    assertThat(row(roberta, "a cat a dog a")).containsExactly(0, 4, 5, 4, 6, 2);
    assertThat(roberta.padId()).isEqualTo(1);
    assertThat(roberta.endId()).isEqualTo(2);

    Tokenizer t5 = tokenizer(T5_TEMPLATE, "{}", Map.of());
    assertThat(row(t5, "a cat")).containsExactly(4, 5, 2, 1, 1, 1);

    Tokenizer bare = tokenizer("null", "{}", Map.of());
    assertThat(row(bare, "a cat")).containsExactly(4, 5, 1, 1, 1, 1);
  }

  @Test
  void padsWithTheEndWhereTheConfigurationSaysSo() throws IOException {
    Tokenizer siglip = tokenizer(T5_TEMPLATE, "{\"pad_token\": \"</s>\"}", Map.of());

    assertThat(row(siglip, "a cat")).containsExactly(4, 5, 2, 2, 2, 2);
  }

  @Test
  void marksTheLanguageOfNllb() throws IOException {
    String config = "{\"tokenizer_class\": \"NllbTokenizer\"}";
    String[] codes = {"eng_Latn", "deu_Latn"};

    assertThat(row(tokenizer(XLM_TEMPLATE, config, Map.of(), codes), "a cat"))
        .containsExactly(7, 4, 5, 2, 1, 1);
    Map<String, Object> german = Map.of("tokenizer_kwargs", Map.of("language", "deu_Latn"));
    assertThat(row(tokenizer(XLM_TEMPLATE, config, german, codes), "a cat"))
        .containsExactly(8, 4, 5, 2, 1, 1);
    String legacy = "{\"tokenizer_class\": \"NllbTokenizerFast\", \"legacy_behaviour\": true}";
    assertThat(row(tokenizer(XLM_TEMPLATE, legacy, Map.of(), codes), "a cat"))
        .containsExactly(4, 5, 2, 7, 1, 1);
    String source = "{\"tokenizer_class\": \"NllbTokenizer\", \"src_lang\": \"deu_Latn\"}";
    assertThat(row(tokenizer(XLM_TEMPLATE, source, Map.of(), codes), "a cat"))
        .containsExactly(8, 4, 5, 2, 1, 1);

    Map<String, Object> french = Map.of("tokenizer_kwargs", Map.of("language", "fra_Latn"));
    assertThatThrownBy(() -> tokenizer(XLM_TEMPLATE, config, french, codes))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("is fra_Latn")
        .hasMessageContaining("eng_Latn");
  }

  @Test
  void takesTheFramesOfLlamasFromTheirConfiguration() throws IOException {
    String both = "{\"tokenizer_class\": \"LlamaTokenizer\", \"add_eos_token\": true}";

    assertThat(row(tokenizer("null", both, Map.of()), "a cat")).containsExactly(0, 4, 5, 2, 1, 1);
    String none = "{\"tokenizer_class\": \"LlamaTokenizer\", \"add_bos_token\": false}";
    assertThat(row(tokenizer(XLM_TEMPLATE, none, Map.of()), "a cat"))
        .containsExactly(4, 5, 1, 1, 1, 1);
  }

  @Test
  void putsTheClassTokenOfClipsLast() throws IOException {
    Tokenizer clips =
        tokenizer(
            XLM_TEMPLATE, "{\"cls_token\": \"[CLS]\"}", Map.of("tokenizer_mode", "clips"), "[CLS]");

    assertThat(row(clips, "a cat")).containsExactly(0, 4, 5, 2, 1, 7);
    assertThat(row(clips, "a cat a dog a")).containsExactly(0, 4, 5, 4, 2, 7);
  }

  @Test
  void takesTheIdsOfClipsFromTheModelWhereItHasThem() throws IOException {
    Map<String, Object> openVision = Map.of("tokenizer_mode", "clips", "bos_id", 3, "eos_id", 6);
    Tokenizer clips = tokenizer(XLM_TEMPLATE, "{\"cls_token\": \"[CLS]\"}", openVision, "[CLS]");

    assertThat(row(clips, "a cat")).containsExactly(3, 4, 5, 6, 1, 7);
    assertThat(row(clips, "a cat a dog a")).containsExactly(3, 4, 5, 4, 6, 7);
  }

  @Test
  void readsTheMapOfSpecialTokens() throws IOException {
    Files.writeString(
        folder.resolve("special_tokens_map.json"), "{\"pad_token\": {\"content\": \"<s>\"}}");

    assertThat(tokenizer(XLM_TEMPLATE, "{}", Map.of()).padId()).isZero();
  }

  @Test
  void saysWhichTokenIsMissing() {
    assertThatThrownBy(() -> tokenizer(XLM_TEMPLATE, "{\"pad_token\": \"<none>\"}", Map.of()))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("has no pad_token")
        .hasMessageContaining("tokenizer_config.json");
    assertThatThrownBy(() -> tokenizer(XLM_TEMPLATE, "[1]", Map.of()))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("tokenizer_config.json")
        .hasMessageContaining("is not a JSON object");
  }
}
