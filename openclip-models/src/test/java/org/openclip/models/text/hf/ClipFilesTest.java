package org.openclip.models.text.hf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.models.text.ClipTokenizerProvider;
import org.openclip.testkit.Fixtures;

/** The files that CLIP's tokenizer writes make the same tokenizer in Hugging Face's library. */
@Tag("golden-tokenizer")
class ClipFilesTest {
  private static final Path GOLDEN = Fixtures.path("tokenizer/clip-bpe.json");

  @TempDir Path folder;

  private static Tokenizer clip(Map<String, Object> config) {
    return new ClipTokenizerProvider().create(TokenizerContext.of(config, 77));
  }

  @Test
  void theLibraryYieldsTheSameIds() throws IOException {
    Tokenizer own = clip(Map.of());
    for (Map.Entry<String, byte[]> file : own.files().entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    Map<String, Object> config =
        Map.of("hf_tokenizer_name", "clip", "tokenizer_kwargs", Map.of("clean", "lower"));
    Tokenizer library =
        new HfTokenizerProvider().create(TokenizerContext.of(config, 77).withModelFolder(folder));

    List<?> cases = (List<?>) JSON.std.mapFrom(Files.readString(GOLDEN)).get("cases");
    assertThat(cases).hasSizeGreaterThan(300);
    for (Object golden : cases) {
      String text = (String) ((Map<?, ?>) golden).get("text");
      // Special tokens in a text have other names there.
      if (!text.contains("_of_text>") && !text.contains("<|")) {
        assertThat(library.encode(text)).as(text).isEqualTo(own.encode(text));
      }
    }
    long[] row = library.tokenize(List.of("a cat")).row(0);
    assertThat(row).startsWith(own.tokenize(List.of("a cat")).row(0)[0], 320, 2368, own.endId());
  }

  @Test
  void theSlowTokenizerHasItsFiles() throws IOException {
    Map<String, byte[]> files = clip(Map.of()).files();

    assertThat(files)
        .containsOnlyKeys(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "vocab.json",
            "merges.txt");
    Map<String, Object> vocabulary = JSON.std.mapFrom(files.get("vocab.json"));
    assertThat(vocabulary)
        .hasSize(49408)
        .containsEntry("cat</w>", 2368)
        .containsEntry("!", 0)
        .containsEntry("\u0100", 188)
        .containsEntry("<|endoftext|>", 49407);
    assertThat(new String(files.get("merges.txt"), java.nio.charset.StandardCharsets.UTF_8).lines())
        .hasSize(1 + 48894)
        .startsWith("#version: 0.2", "i n", "t h");
  }

  @Test
  void whatTheFilesCannotSayIsNotWritten() {
    assertThat(clip(Map.of("tokenizer_kwargs", Map.of("reduction_mask", "random"))).files())
        .isEmpty();
    assertThat(clip(Map.of("tokenizer_kwargs", Map.of("clean", "canonicalize"))).files()).isEmpty();
  }
}
