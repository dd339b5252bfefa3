package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.api.text.Tokens;

/** What every tokenizer must do. The author of one extends this class and says how it is made. */
public abstract class TokenizerContract {
  private static final String LONG = "a very long caption of many words ".repeat(200);

  /** Returns the provider under test. */
  protected abstract TokenizerProvider provider();

  /** Returns what a tokenizer is made from, for rows of at least 16 tokens. */
  protected abstract TokenizerContext context();

  /** Returns a text that comes back as it was, once encoded and decoded. */
  protected String plainText() {
    return "a photo of a cat";
  }

  /** Returns texts of every kind that the tokenizer may meet. */
  protected List<String> texts() {
    return List.of(
        plainText(),
        "",
        "   ",
        LONG,
        "Zwei Hündchen: 12,50 €!",
        "\u732b\u3068\u72ac",
        "\ud83d\ude00\ufe0f \u200d \u0000");
  }

  private Tokenizer tokenizer() {
    return provider().create(context());
  }

  @Test
  void isFoundByItsName() {
    assertThat(PluginRegistry.create().named(TokenizerProvider.class, provider().name()))
        .hasSameClassAs(provider());
  }

  @Test
  void everyRowHasTheContextLengthAndEveryIdIsOfTheVocabulary() {
    Tokenizer tokenizer = tokenizer();

    Tokens tokens = tokenizer.tokenize(texts());

    assertThat(tokenizer.contextLength()).isEqualTo(context().contextLength());
    assertThat(tokens.length()).isEqualTo(context().contextLength());
    assertThat(tokens.size()).isEqualTo(texts().size());
    assertThat(Arrays.stream(tokens.toArray()).boxed())
        .allMatch(id -> id >= 0 && id < tokenizer.vocabularySize());
  }

  @Test
  void aTextHasTheRowThatItHasAlone() {
    Tokenizer tokenizer = tokenizer();

    Tokens together = tokenizer.tokenize(texts());

    for (int i = 0; i < texts().size(); i++) {
      assertThat(together.row(i)).isEqualTo(tokenizer.tokenize(List.of(texts().get(i))).row(0));
    }
  }

  @Test
  void aRowHoldsTheIdsOfItsTextAndThenPadding() {
    Tokenizer tokenizer = tokenizer();
    long[] ids = Arrays.stream(tokenizer.encode(plainText())).asLongStream().toArray();

    long[] row = tokenizer.tokenize(List.of(plainText())).row(0);

    assertThat(ids).isNotEmpty().hasSizeLessThan(row.length);
    assertThat(row).containsSequence(ids);
    assertThat(row[row.length - 1]).isEqualTo(tokenizer.padId());
  }

  @Test
  void aLongTextKeepsItsEnd() {
    Tokenizer tokenizer = tokenizer();

    long[] row = tokenizer.tokenize(List.of(LONG)).row(0);

    assertThat(tokenizer.encode(LONG)).hasSizeGreaterThan(row.length);
    assertThat(row[row.length - 1]).isEqualTo(tokenizer.endId());
  }

  @Test
  void anEmptyTextHasARow() {
    Tokenizer tokenizer = tokenizer();

    assertThat(tokenizer.encode("")).isEmpty();
    assertThat(tokenizer.tokenize(List.of("")).row(0)).contains(tokenizer.endId());
    assertThat(tokenizer.tokenize(List.of()).size()).isZero();
  }

  @Test
  void decodesWhatItEncoded() {
    Tokenizer tokenizer = tokenizer();

    assertThat(tokenizer.decode(tokenizer.encode(plainText())).strip()).isEqualTo(plainText());
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> tokenizer().tokenize(Collections.singletonList(null)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void makesRowsOfAnotherLength() {
    Tokenizer shorter = tokenizer().withContextLength(8);

    Tokens tokens = shorter.tokenize(List.of(plainText(), LONG));

    assertThat(shorter.contextLength()).isEqualTo(8);
    assertThat(tokens.length()).isEqualTo(8);
    assertThat(tokens.id(1, 7)).isEqualTo(shorter.endId());
    assertThat(shorter.encode(plainText())).isEqualTo(tokenizer().encode(plainText()));
  }

  @Test
  void servesManyThreads() {
    Tokenizer tokenizer = tokenizer();
    long[] expected = tokenizer.tokenize(texts()).toArray();

    assertThat(
            IntStream.range(0, 64).parallel().mapToObj(i -> tokenizer.tokenize(texts()).toArray()))
        .allSatisfy(ids -> assertThat(ids).isEqualTo(expected));
  }
}
