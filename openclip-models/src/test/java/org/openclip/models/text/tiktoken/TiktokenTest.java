package org.openclip.models.text.tiktoken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.testkit.Fixtures;

/** OpenAI's encodings against JTokkit, which wrote them anew and ships the files of ranks. */
class TiktokenTest {
  @TempDir Path folder;

  private Tokenizer tokenizer(String encoding, Map<String, Object> options, int contextLength)
      throws IOException {
    Path file = folder.resolve(encoding + ".tiktoken");
    if (!Files.exists(file)) {
      try (InputStream ranks =
          Encodings.class.getResourceAsStream("/com/knuddels/jtokkit/" + encoding + ".tiktoken")) {
        Files.copy(Objects.requireNonNull(ranks), file);
      }
    }
    Map<String, Object> config =
        Map.of(
            "tokenizer_type", "tiktoken",
            "tiktoken_name", encoding,
            "tokenizer_kwargs", options);
    return new TiktokenProvider()
        .create(TokenizerContext.of(config, contextLength).withModelFolder(folder));
  }

  private static List<String> texts() throws IOException {
    Path file = Fixtures.path("tokenizer/clip-bpe.json");
    List<String> texts = new ArrayList<>();
    for (Object golden : (List<?>) JSON.std.mapFrom(Files.readString(file)).get("cases")) {
      texts.add((String) ((Map<?, ?>) golden).get("text"));
    }
    // What the cuts and the merges find hard: white space, digits, contractions, long pieces.
    texts.addAll(
        List.of(
            "  two  spaces   three\t\ttabs \n\n lines\r\n\r\n  end  ",
            "I'LL we've DON'T 'S 's ''re x'd",
            "1 12 123 1234 12345 1,234.56",
            "word\n",
            "word\n\n",
            "word \n",
            "a\u00a0b\u3000c\u2003d\u0085e",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "<|endoftext|> is text here",
            "😀😃👨‍👩‍👧🏳️‍🌈 e\u0301 नमस्ते สวัสดี"));
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      StringBuilder noise = new StringBuilder();
      for (int k = random.nextInt(80); k >= 0; k--) {
        noise.append(
            (char) (random.nextInt(4) == 0 ? random.nextInt(0xd800) : 32 + random.nextInt(95)));
      }
      texts.add(noise.toString());
    }
    return texts;
  }

  @ParameterizedTest
  @EnumSource(EncodingType.class)
  void yieldsTheIdsOfAnotherImplementation(EncodingType type) throws IOException {
    if (type == EncodingType.P50K_EDIT) {
      return; // the ranks of P50K_BASE
    }
    Encoding other = Encodings.newLazyEncodingRegistry().getEncoding(type);
    Tokenizer ours = tokenizer(type.getName(), Map.of(), 256);
    for (String text : texts()) {
      assertThat(ours.encode(text)).as(text).isEqualTo(other.encodeOrdinary(text).toArray());
    }
  }

  @Test
  void decodesWhatItEncodes() throws IOException {
    Tokenizer tokenizer = tokenizer("cl100k_base", Map.of(), 256);
    for (String text : texts()) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
    assertThat(tokenizer.decode(new int[] {100257, 100277, 100278, 100279}))
        .isEqualTo("<|endoftext|>");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {100280}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("token id 100280 is not one of 0 to 100279");
  }

  @Test
  void framesAndPadsAsModernTextDoes() throws IOException {
    Tokenizer tokenizer = tokenizer("r50k_base", Map.of(), 6);
    assertThat(tokenizer.vocabularySize()).isEqualTo(50260);
    assertThat(tokenizer.endId()).isEqualTo(50257);
    assertThat(tokenizer.padId()).isEqualTo(50258);

    assertThat(tokenizer.tokenize(List.of("a cat", "", "a cat and a dog or two")).toArray())
        .containsExactly(
            50259, 64, 3797, 50257, 50258, 50258, //
            50259, 50257, 50258, 50258, 50258, 50258, //
            50259, 64, 3797, 290, 257, 50257);
    Tokenizer bare = tokenizer("r50k_base", Map.of("add_bos", false, "add_eos", false), 4);
    assertThat(bare.tokenize(List.of("a cat", "a cat and a dog")).toArray())
        .containsExactly(64, 3797, 50258, 50258, 64, 3797, 290, 257);
    assertThat(bare.withContextLength(1).tokenize(List.of("a cat")).toArray()).containsExactly(64);
    assertThat(tokenizer.withContextLength(1).tokenize(List.of("a")).toArray())
        .containsExactly(50257);
  }

  @Test
  void cleansOnlyWhenAsked() throws IOException {
    assertThat(tokenizer("r50k_base", Map.of(), 9).encode(" A_Cat "))
        .isNotEqualTo(tokenizer("r50k_base", Map.of(), 9).encode("A_Cat"));
    assertThat(tokenizer("r50k_base", Map.of("clean", "canonicalize"), 9).encode(" A_Cat! "))
        .isEqualTo(tokenizer("r50k_base", Map.of(), 9).encode("a cat"));
  }

  @Test
  void takesALongPieceInItsStride() throws IOException {
    Tokenizer tokenizer = tokenizer("r50k_base", Map.of(), 77);
    StringBuilder letters = new StringBuilder();
    Random random = new Random(2);
    for (int i = 0; i < 300_000; i++) {
      letters.append((char) ('a' + random.nextInt(26)));
    }
    String text = letters.toString();

    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
  }

  @Test
  void refusesWhatDoesNotFit() throws IOException {
    assertThatThrownBy(() -> tokenizer("r50k_base", Map.of("bos", true), 9))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.tokenizer_kwargs.bos");
    Map<String, Object> unknown = Map.of("tokenizer_type", "tiktoken", "tiktoken_name", "r50k");
    assertThatThrownBy(() -> new TiktokenProvider().create(TokenizerContext.of(unknown, 9)))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("r50k_base");
    Map<String, Object> missing = Map.of("tokenizer_type", "tiktoken");
    assertThatThrownBy(() -> new TiktokenProvider().create(TokenizerContext.of(missing, 9)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("cl100k_base.tiktoken");
    Files.move(folder.resolve("r50k_base.tiktoken"), folder.resolve("p50k_base.tiktoken"));
    Map<String, Object> otherPad =
        Map.of("tokenizer_type", "tiktoken", "tiktoken_name", "p50k_base", "pad_id", 50258);
    assertThatThrownBy(
            () ->
                new TiktokenProvider()
                    .create(TokenizerContext.of(otherPad, 9).withModelFolder(folder)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.pad_id");
  }

  @Test
  void refusesADamagedFile() throws IOException {
    Files.writeString(folder.resolve("cl100k_base.tiktoken"), "IQ== 0\nIg== x\n");
    assertThatThrownBy(() -> tokenizer("cl100k_base", Map.of(), 9))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("line 2 is not a base64 token");
    Files.writeString(folder.resolve("cl100k_base.tiktoken"), "IQ== 0\nIg== 1\n");
    assertThatThrownBy(() -> tokenizer("cl100k_base", Map.of(), 9))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("has no token for byte 0");
  }
}
