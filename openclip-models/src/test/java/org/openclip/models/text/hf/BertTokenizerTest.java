package org.openclip.models.text.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.util.Ec2Utils;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;

/** BERT's tokenizer, as CLIPA uses it. */
class BertTokenizerTest {
  private static final String FILE = "bert/all-minilm-l6-v2-q-tokenizer.json";
  private static final Map<String, Object> CLIPA =
      Map.of(
          "hf_tokenizer_name",
          "bert-base-uncased",
          "vocab_size",
          32000,
          "tokenizer_kwargs",
          Map.of("strip_sep_token", true));
  private static final Map<String, Object> PLAIN = Map.of("hf_tokenizer_name", "bert-base-uncased");

  @TempDir static Path folder;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() {
    HfIds.folder(folder, HfIds.fetched(FILE));
    tokenizer = create(PLAIN, 32);
  }

  private static Tokenizer create(Map<String, Object> config, int contextLength) {
    return new HfTokenizerProvider()
        .create(
            TokenizerContext.of(config, contextLength)
                .withModelFolder(folder)
                .withVocabularySize(32000));
  }

  private static long[] padded(int[] ids, int length, long pad) {
    long[] row = new long[length];
    Arrays.fill(row, pad);
    for (int i = 0; i < ids.length; i++) {
      row[i] = ids[i];
    }
    return row;
  }

  static List<Map<String, Object>> answers() {
    return HfIds.read();
  }

  @ParameterizedTest
  @MethodSource("answers")
  void yieldsTheIdsOfTheLibrary(Map<String, Object> golden) {
    String text = HfIds.text(golden);

    assertThat(tokenizer.encode(text)).isEqualTo(HfIds.ids(golden, "bert"));
    assertThat(tokenizer.tokenize(List.of(text)).row(0))
        .isEqualTo(padded(HfIds.ids(golden, "bertRow"), 32, 0));
  }

  @Test
  void writesPaddingForSeparatorsAsClipaDoes() {
    Tokenizer clipa = create(CLIPA, 32);
    for (Map<String, Object> golden : answers()) {
      long[] expected = padded(HfIds.ids(golden, "bertRow"), 32, 0);
      Arrays.setAll(expected, i -> expected[i] == 102 ? 0 : expected[i]);

      assertThat(clipa.tokenize(List.of(HfIds.text(golden))).row(0)).isEqualTo(expected);
    }
  }

  @Test
  void knowsItsIds() {
    assertThat(tokenizer.vocabularySize()).isEqualTo(30522);
    assertThat(tokenizer.padId()).isZero();
    assertThat(tokenizer.endId()).isEqualTo(102);
    assertThat(tokenizer.contextLength()).isEqualTo(32);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a photo of a cat", "internationalization of tokenizers", "это кошка", "東京"})
  void decodesWhatItEncodes(String text) {
    assertThat(tokenizer.decode(tokenizer.encode(text)).replace(" ", ""))
        .isEqualTo(text.replace("й", "и").replace(" ", ""));
  }

  @Test
  void decodesSpecialTokensByName() {
    assertThat(tokenizer.decode(new int[] {101, 1037, 4937, 102, 0}))
        .isEqualTo("[CLS] a cat [SEP] [PAD]");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {30522}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("token id 30522 is not one of 0 to 30521");
  }

  @Test
  void cutsATextBeforeItsEnd() {
    Tokenizer four = tokenizer.withContextLength(4);

    assertThat(four.tokenize(List.of("a photo of a cat", "a", "")).toArray())
        .containsExactly(101, 1037, 6302, 102, 101, 1037, 102, 0, 101, 102, 0, 0);
    assertThatThrownBy(() -> tokenizer.withContextLength(1))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.context_length")
        .hasMessageContaining("puts 2 special tokens around every text");
  }

  @Test
  void yieldsTheSameInManyThreads() throws Exception {
    List<String> texts = answers().stream().map(HfIds::text).toList();
    long[] expected = tokenizer.tokenize(texts).toArray();
    List<Callable<long[]>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      tasks.add(() -> tokenizer.tokenize(texts).toArray());
    }

    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<long[]> answer : threads.invokeAll(tasks)) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void reportsNothingAndLeavesNoProperties() throws Exception {
    Field lastReport = Ec2Utils.class.getDeclaredField("lastCheckIn");
    lastReport.setAccessible(true);

    assertThat(lastReport.getLong(null)).isZero();
    assertThat(System.getProperty("RUST_FLAVOR")).isNull();
    assertThat(System.getProperty("slf4j.internal.verbosity")).isNull();
  }

  @Test
  void findsFilesOfNamedTokenizers() {
    List<String> asked = new ArrayList<>();
    Tokenizer found =
        new HfTokenizerProvider()
            .create(
                TokenizerContext.of(PLAIN, 32)
                    .withFiles(
                        (name, file) -> {
                          asked.add(name + "/" + file);
                          return file.equals("tokenizer.json") ? folder.resolve(file) : null;
                        }));

    assertThat(found.encode("a cat")).containsExactly(1037, 4937);
    assertThat(asked)
        .containsExactly(
            "bert-base-uncased/tokenizer.json",
            "bert-base-uncased/tokenizer_config.json",
            "bert-base-uncased/special_tokens_map.json");
  }

  @Test
  void saysWhichFileIsMissingAndWhereItGoes(@TempDir Path empty) {
    HfTokenizerProvider provider = new HfTokenizerProvider();

    assertThatThrownBy(() -> provider.create(TokenizerContext.of(PLAIN, 32).withModelFolder(empty)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining("bert-base-uncased")
        .hasMessageContaining("into " + empty);
    assertThatThrownBy(() -> provider.create(TokenizerContext.of(PLAIN, 32)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("local-dir:");
  }

  @Test
  void refusesATokenizerOfAnotherModelBeforeTheFirstText() {
    HfTokenizerProvider provider = new HfTokenizerProvider();
    TokenizerContext context = TokenizerContext.of(PLAIN, 32).withModelFolder(folder);

    assertThatThrownBy(() -> provider.create(context.withVocabularySize(30521)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.vocab_size")
        .hasMessageContaining("is 30521, but " + folder.resolve("tokenizer.json"))
        .hasMessageContaining("30522 tokens");
    assertThatThrownBy(() -> create(Map.of("hf_tokenizer_name", "bert", "pad_id", 1), 32))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.pad_id")
        .hasMessageContaining("has the id 0");
    assertThatThrownBy(
            () -> create(Map.of("hf_tokenizer_name", "bert", "pool_type", "eos", "eos_id", 2), 32))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.eos_id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"model\": 1}",
        "{\"version\": \"1.0\"}",
        "not json",
        "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":\"b\"},\"unk_token\":\"a\"}}"
      })
  void refusesWhatIsNoTokenizer(String json, @TempDir Path other) throws IOException {
    Files.writeString(other.resolve("tokenizer.json"), json);

    assertThatThrownBy(
            () ->
                new HfTokenizerProvider()
                    .create(TokenizerContext.of(PLAIN, 32).withModelFolder(other)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(other.resolve("tokenizer.json").toString());
  }

  @Test
  void refusesBytesThatAreNoText(@TempDir Path other) throws IOException {
    Files.write(other.resolve("tokenizer.json"), new byte[] {(byte) 0x80, 5, (byte) 0xff});

    assertThatThrownBy(
            () ->
                new HfTokenizerProvider()
                    .create(TokenizerContext.of(PLAIN, 32).withModelFolder(other)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("is not UTF-8 text");
  }

  @Test
  void refusesOptionsThatItDoesNotKnow() {
    assertThatThrownBy(
            () ->
                create(
                    Map.of("hf_tokenizer_name", "bert", "tokenizer_kwargs", Map.of("strip", true)),
                    32))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.tokenizer_kwargs.strip");
    assertThatThrownBy(
            () ->
                create(
                    Map.of(
                        "hf_tokenizer_name", "bert", "tokenizer_kwargs", Map.of("language", "de")),
                    32))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("has no language tokens");
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> tokenizer.tokenize(Arrays.asList("a cat", null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("text 1 is null");
  }

  /** The library is optional: without it, whoever needs it is told which jar to add. */
  @Test
  @Tag("once")
  void saysWhichJarIsMissing() throws Exception {
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      String name = Path.of(entry).getFileName().toString();
      if (!name.startsWith("tokenizers-") && !entry.contains("djl")) {
        path.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader without =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> probe = without.loadClass("org.openclip.models.text.hf.WithoutTheLibrary");
      String message =
          (String) probe.getMethod("message", String.class).invoke(null, folder.toString());

      assertThat(message)
          .contains("the tokenizer bert-base-uncased needs Hugging Face's library")
          .contains("add ai.djl.huggingface:tokenizers");
    }
  }
}
