package org.openclip.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.api.text.WordTagger;
import org.openclip.api.text.WordTagger.PartOfSpeech;
import org.openclip.api.text.WordTagger.TaggedWord;

class ClipTokenizerTest {
  private static final long START = 49406;
  private static final long END = 49407;
  private static final String TWELVE =
      "one two three four five six seven eight nine ten eleven twelve";

  private static Tokenizer tokenizer(int contextLength, Map<String, Object> options) {
    return new ClipTokenizerProvider()
        .create(TokenizerContext.of(Map.of("tokenizer_kwargs", options), contextLength));
  }

  private static Tokenizer plain() {
    return tokenizer(77, Map.of());
  }

  private static long[] longs(int... ids) {
    return Arrays.stream(ids).asLongStream().toArray();
  }

  @Test
  void knowsItsVocabulary() {
    Tokenizer tokenizer = plain();

    assertThat(tokenizer.vocabularySize()).isEqualTo(49408);
    assertThat(tokenizer.endId()).isEqualTo(49407);
    assertThat(tokenizer.padId()).isZero();
    assertThat(tokenizer.contextLength()).isEqualTo(77);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 13, 14, 15, 77, 200})
  void cutsATextAndKeepsItsEnd(int contextLength) {
    Tokenizer tokenizer = plain().withContextLength(contextLength);
    int[] bare = tokenizer.encode(TWELVE);
    assertThat(bare).hasSize(12);

    long[] row = tokenizer.tokenize(List.of(TWELVE)).row(0);

    long[] expected = new long[contextLength];
    int kept = Math.min(12, Math.max(0, contextLength - 2));
    if (contextLength > 1) {
      expected[0] = START;
      System.arraycopy(longs(bare), 0, expected, 1, kept);
    }
    expected[Math.min(contextLength - 1, kept + 1)] = END;
    assertThat(row).isEqualTo(expected);
  }

  @Test
  void theFirstMergesDoForASmallVocabulary() {
    Tokenizer small = tokenizer(77, Map.of("vocab_size", 12_288));

    assertThat(small.vocabularySize()).isEqualTo(12_288);
    assertThat(small.tokenize(List.of("a cat")).row(0)).startsWith(12_286, 320, 2368, 12_287, 0);
    int[] rare = small.encode("giraffe");
    assertThat(rare).hasSizeGreaterThan(1);
    assertThat(Arrays.stream(rare).max().orElseThrow()).isLessThan(12_286);
    assertThat(small.decode(rare)).isEqualTo("giraffe ");
    assertThat(tokenizer(77, Map.of("vocab_size", 49_408)).encode(TWELVE))
        .isEqualTo(plain().encode(TWELVE));
    assertThat(tokenizer(77, Map.of("vocab_size", 514)).encode("cat")).hasSize(3);
    assertThatThrownBy(() -> tokenizer(77, Map.of("vocab_size", 513)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("is 513, but must be from 514 to 49408");
  }

  @Test
  void keepsTextsInOrder() {
    Tokenizer tokenizer = plain();

    long[] rows = tokenizer.tokenize(List.of("a dog", "", "a cat")).toArray();

    assertThat(rows).hasSize(3 * 77);
    assertThat(Arrays.copyOf(rows, 4)).containsExactly(START, 320, 1929, END);
    assertThat(Arrays.copyOfRange(rows, 77, 80)).containsExactly(START, END, 0);
    assertThat(Arrays.copyOfRange(rows, 154, 158)).containsExactly(START, 320, 2368, END);
    assertThat(tokenizer.tokenize(List.of()).size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a photo of a cat",
        "naïve café 日本語 😀 привет",
        "3,141 dogs' bones & \"quotes\"",
        "snake_case <b>html</b>",
      })
  void decodesToTheCleanedText(String text) {
    Tokenizer tokenizer = plain();

    String decoded = tokenizer.decode(tokenizer.encode(text));

    assertThat(decoded.replace(" ", "")).isEqualTo(Cleaning.LOWER.clean(text).replace(" ", ""));
  }

  @Test
  void decodesSpecialTokensByName() {
    assertThat(plain().decode(new int[] {49406, 320, 2368, 49407}))
        .isEqualTo("<start_of_text>a cat <end_of_text>");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 49408, Integer.MAX_VALUE})
  void refusesToDecodeWhatIsNoToken(int id) {
    assertThatThrownBy(() -> plain().decode(new int[] {320, id}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("token id " + id + " is not one of 0 to 49407");
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> plain().tokenize(Arrays.asList("a cat", null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("text 1 is null");
  }

  @Test
  void takesMoreSpecialTokens() {
    Tokenizer tokenizer =
        tokenizer(77, Map.of("additional_special_tokens", List.of("<mask>", "@sep@")));

    assertThat(tokenizer.vocabularySize()).isEqualTo(49410);
    assertThat(tokenizer.encode("a <mask>cat @SEP@ @sep@"))
        .containsExactly(320, 49408, 2368, 49409, 49409);
    assertThat(tokenizer.decode(new int[] {49408, 49409})).isEqualTo("<mask>@sep@");
  }

  /** As the regular expression of the reference, which ignores case, has it. */
  @Test
  void findsTheCombiningIotaInNoPiece() {
    Tokenizer tokenizer = tokenizer(77, Map.of("clean", "whitespace"));

    assertThat(tokenizer.encode("!\u0345")).isEqualTo(tokenizer.encode("!"));
    assertThat(tokenizer.encode("!\u0345!")).isEqualTo(tokenizer.encode("! !"));
  }

  @ParameterizedTest
  @CsvSource({
    "lower, A Snake_Case!, a snake_case!",
    "whitespace, '  A  Snake_Case! ', A Snake_Case!",
    "whitespace_underscore, A Snake_Case!, A Snake Case!",
    "canonicalize, A Snake_Case!, a snake case",
  })
  void cleansAsAsked(String clean, String text, String same) {
    Tokenizer tokenizer = tokenizer(77, Map.of("clean", clean));

    assertThat(tokenizer.encode(text)).isEqualTo(tokenizer.encode(same));
    assertThat(tokenizer.decode(tokenizer.encode(text)).replace(" ", ""))
        .isEqualTo(same.replace(" ", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "random", "shuffle"})
  void reducesATextThatIsTooLong(String mask) {
    Tokenizer tokenizer = tokenizer(7, Map.of("reduction_mask", mask));
    List<Long> all = Arrays.stream(longs(tokenizer.encode(TWELVE))).boxed().toList();
    Set<List<Long>> seen = new HashSet<>();
    boolean inOrder = true;
    boolean inOneRun = true;
    for (int round = 0; round < 200; round++) {
      long[] row = tokenizer.tokenize(List.of(TWELVE)).row(0);
      assertThat(row[0]).isEqualTo(START);
      assertThat(row[6]).isEqualTo(END);
      List<Long> kept = Arrays.stream(row, 1, 6).boxed().toList();
      assertThat(all).containsAll(kept);
      assertThat(kept).doesNotHaveDuplicates();
      seen.add(kept);
      inOrder &= kept.equals(all.stream().filter(kept::contains).toList());
      inOneRun &= Collections.indexOfSubList(all, kept) >= 0;
    }
    assertThat(inOneRun).isEqualTo(mask.equals("simple"));
    assertThat(inOrder).isEqualTo(!mask.equals("shuffle"));
    // A run of five has eight starts, and all of them turn up.
    assertThat(seen.size()).matches(n -> mask.equals("simple") ? n == 8 : n > 50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "random", "shuffle"})
  void leavesAShortTextWhole(String mask) {
    assertThat(tokenizer(14, Map.of("reduction_mask", mask)).tokenize(List.of(TWELVE)).toArray())
        .isEqualTo(plain().withContextLength(14).tokenize(List.of(TWELVE)).toArray());
  }

  /** Knows the words of one sentence. */
  private static final class Lexicon implements WordTagger {
    private static final Map<String, PartOfSpeech> WORDS =
        Map.of(
            "fox", PartOfSpeech.NOUN,
            "dog", PartOfSpeech.NOUN,
            "quick", PartOfSpeech.ADJECTIVE,
            "brown", PartOfSpeech.ADJECTIVE,
            "lazy", PartOfSpeech.ADJECTIVE,
            "jumps", PartOfSpeech.VERB);

    @Override
    public List<TaggedWord> tag(String text) {
      return Arrays.stream(text.split(" ", -1))
          .map(word -> new TaggedWord(word, WORDS.getOrDefault(word, PartOfSpeech.OTHER)))
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, fox",
    "4, fox dog",
    "6, quick brown fox dog",
    "8, quick brown fox jumps lazy dog",
    "10, The quick brown fox jumps over lazy dog",
    "77, The quick brown fox jumps over the lazy dog",
  })
  void keepsNounsFirstWithATagger(int contextLength, String kept) {
    Map<String, Object> config = Map.of("tokenizer_kwargs", Map.of("reduction_mask", "syntax"));
    Tokenizer tokenizer =
        new ClipTokenizerProvider()
            .create(
                TokenizerContext.of(config, contextLength)
                    .withTagger(() -> Optional.of(new Lexicon())));

    long[] row = tokenizer.tokenize(List.of("The quick brown fox jumps over the lazy dog")).row(0);

    assertThat(row)
        .isEqualTo(plain().withContextLength(contextLength).tokenize(List.of(kept)).row(0));
  }

  @Test
  void saysWhatTheSyntaxMaskNeeds() {
    assertThatThrownBy(() -> tokenizer(77, Map.of("reduction_mask", "syntax")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.tokenizer_kwargs.reduction_mask")
        .hasMessageContaining("WordTaggerProvider");
  }

  @Test
  void refusesOptionsThatItDoesNotKnow() {
    assertThatThrownBy(() -> tokenizer(77, Map.of("clean", "upper")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("'upper' is not one of lower, whitespace, whitespace_underscore");
    assertThatThrownBy(() -> tokenizer(77, Map.of("cleaned", "lower")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("did you mean clean");
    assertThatThrownBy(() -> tokenizer(77, Map.of("additional_special_tokens", List.of(""))))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("must be a list of strings that are not empty");
    assertThatThrownBy(() -> tokenizer(0, Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("context length is 0, but must be at least 1");
  }

  @Test
  void yieldsTheSameInManyThreads() throws Exception {
    List<String> texts =
        IntStream.range(0, 3000)
            .mapToObj(i -> "word" + i + " naïve " + i * 7 + "th " + TWELVE)
            .toList();
    long[] expected = plain().tokenize(texts).toArray();
    Tokenizer shared = plain();
    List<Callable<long[]>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      tasks.add(() -> shared.tokenize(texts).toArray());
    }

    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<long[]> answer : threads.invokeAll(tasks)) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void remembersMoreWordsThanItHasPlacesFor() {
    Tokenizer tokenizer = plain();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 150_000; i += 7) {
        String word = "w" + Integer.toString(i * 31 + 1_000_000, 26).replaceAll("[0-9]", "z");

        assertThat(tokenizer.decode(tokenizer.encode(word))).isEqualTo(word + " ");
      }
    }
  }
}
