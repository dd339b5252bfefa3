package org.openclip.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.text.Tokenizer;

@Tag("golden-tokenizer")
class GoldenTokenizerTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("openclip.golden")).resolve("tokenizer");

  private final Tokenizer lower = tokenizer(77, Cleaning.LOWER);
  private final Tokenizer canonicalize = tokenizer(77, Cleaning.CANONICALIZE);
  private final Tokenizer whitespace = tokenizer(32, Cleaning.WHITESPACE);

  private static Tokenizer tokenizer(int contextLength, Cleaning cleaning) {
    return new ClipTokenizer(
        List.of("<start_of_text>", "<end_of_text>"),
        contextLength,
        cleaning,
        Reduction.NONE,
        null,
        new Random(0));
  }

  /** Returns the cases of every file; none is a failure. */
  static Stream<Map<String, Object>> cases() throws IOException {
    List<Map<String, Object>> cases = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        list(JSON.std.mapFrom(Files.readString(file)).get("cases"))
            .forEach(each -> cases.add(object(each)));
      }
    }
    assertThat(cases).as("cases in " + FOLDER).isNotEmpty();
    return cases.stream();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object value) {
    return (List<Object>) value;
  }

  private static long[] ids(Map<String, Object> golden, String key) {
    return list(golden.get(key)).stream().mapToLong(id -> ((Number) id).longValue()).toArray();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void yieldsTheTokensOfTheReference(Map<String, Object> golden) {
    String text = (String) golden.get("text");

    int[] bare = lower.encode(text);

    assertThat(Arrays.stream(bare).asLongStream().toArray()).isEqualTo(ids(golden, "encode"));
    assertThat(lower.decode(bare)).isEqualTo(golden.get("decode"));
    assertRow(lower, text, ids(golden, "ids"));
    assertRow(canonicalize, text, ids(golden, "canonicalize"));
    assertRow(whitespace, text, ids(golden, "whitespace32"));
  }

  private static void assertRow(Tokenizer tokenizer, String text, long[] expected) {
    long[] row = tokenizer.tokenize(List.of(text)).row(0);

    assertThat(row).isEqualTo(Arrays.copyOf(expected, tokenizer.contextLength()));
  }
}
