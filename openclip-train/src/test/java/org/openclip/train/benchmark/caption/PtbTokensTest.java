package org.openclip.train.benchmark.caption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Captions cut as Stanford's tokenizer (CoreNLP 3.4.1) cuts them for pycocoevalcap. */
class PtbTokensTest {
  private static final String ARTIFACT = "edu.stanford.nlp:stanford-corenlp:3.4.1";

  /** What pycocoevalcap leaves out. */
  private static final Set<String> PUNCTUATION =
      Set.of(
          "''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-",
          "--", "...", ";");

  private static final List<String> WORDS =
      List.of(
          "a",
          "the",
          "man",
          "dog",
          "cats",
          "red",
          "t-shirt",
          "two",
          "3",
          "10:30",
          "1,000",
          "1/2",
          "is",
          "isn't",
          "can't",
          "cannot",
          "man's",
          "dogs'",
          "it's",
          "they're",
          "U.S.",
          "St.",
          "Mr.",
          "etc.",
          "no.",
          "No. 5",
          "a.m.",
          "TV.",
          "and/or",
          "w/",
          "R&B",
          "b&w",
          "o'clock",
          "'n'",
          "rock'n'roll",
          "'90s",
          "1950's",
          "35mm",
          "2x4",
          "5'10",
          "$5",
          "50%",
          "#1",
          "(big)",
          "[x]",
          "\"STOP\"",
          "'stop'",
          "gonna",
          "black-and-white",
          "half-",
          "-eaten",
          "caf\u00e9",
          "end.Then",
          "oh!",
          "what?!",
          "wow!!",
          "so...",
          "--",
          "-",
          "&",
          "@",
          "O'Brien",
          ":)",
          "10\"",
          "1st",
          "-5",
          "f/2",
          "one,two",
          "cat;dog",
          "e.g.",
          "vs.",
          "wash.",
          "art.",
          "c'mon");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          A man's dog isn't here; it's "big" and (very) loud. | a man 's dog is n't here it 's big and -lrb- very -rrb- loud
          Two dogs' bowls - one is blue, the other's red -- really... | two dogs bowls one is blue the other 's red really
          The U.S. flag and a No. 5 jersey at 10:30 a.m. | the u.s. flag and a no. 5 jersey at 10:30 a.m.
          A $5.00 pizza & 1/2 cup of 3.5 oz. milk, 50% off! | a $ 5.00 pizza & 1/2 cup of 3.5 oz milk 50 % off
          cannot gonna wanna gimme 'tis | can not gon na wan na gim me 't is
          black-and-white photo, 3-year-old, man/woman, w/ a cat w/o dog | black-and-white photo 3-year-old man/woman w / a cat w/o dog
          Mr. Smith of St. Paul, etc. | mr. smith of st. paul etc.
          O'Brien's rock'n'roll at five o'clock, y'all | o'brien 's rock 'n' roll at five o'clock y' all
          R&B and b&w TV. | r&b and b & w tv
          the 1950's and '90s, 5'10 | the 1950 's and '90s 5 '10
          what?! wow!! :) | what ?! wow !! :-rrb-
          two dogs.a cat ,and | two dogs.a cat and
          \u201cquoted\u201d don\u2019t \u2013 dash | quoted do n't dash
          """)
  void cutsAsTheReference(String caption, String tokens) {
    assertThat(PtbTokens.of(caption)).isEqualTo(tokens);
  }

  @Test
  void aWholeNumberWithAFractionIsOneToken() {
    assertThat(PtbTokens.of("1 1/2 cups")).isEqualTo("1\u00a01/2 cups");
  }

  /** Stanford's own tokenizer, fetched by Maven, on random captions. */
  @Test
  @Tag("full")
  void agreesWithStanfordsTokenizer(@TempDir Path folder) throws Exception {
    run(
        folder,
        "mvn",
        "-B",
        "-q",
        "dependency:copy",
        "-Dartifact=" + ARTIFACT,
        "-DoutputDirectory=" + folder,
        "-Dmdep.useBaseVersion=true");
    List<String> captions = captions();
    Files.write(folder.resolve("captions.txt"), captions);
    run(
        folder,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Dfile.encoding=UTF-8",
        "-Dstdout.encoding=UTF-8",
        "-cp",
        "stanford-corenlp-3.4.1.jar",
        "edu.stanford.nlp.process.PTBTokenizer",
        "-preserveLines",
        "-lowerCase",
        "captions.txt");
    List<String> lines = Files.readAllLines(folder.resolve("out"));

    assertThat(lines).hasSameSizeAs(captions);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String expected =
          Arrays.stream(lines.get(i).split(" "))
              .filter(word -> !PUNCTUATION.contains(word))
              .collect(Collectors.joining(" "));
      String actual = PtbTokens.of(captions.get(i));
      if (!actual.equals(expected)) {
        differences.add(captions.get(i) + "\n" + expected + "\n" + actual);
      }
    }
    assertThat(differences).isEmpty();
  }

  private static List<String> captions() {
    Random random = new Random(7);
    return Stream.generate(() -> caption(random)).limit(5000).toList();
  }

  private static String caption(Random random) {
    StringBuilder caption = new StringBuilder("A");
    for (int i = 0; i < 8; i++) {
      caption.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
      caption.append(random.nextInt(8) == 0 ? "," : "");
    }
    return caption.append(" here.").toString();
  }

  private static void run(Path folder, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    assertThat(process.waitFor())
        .as(Files.readString(folder.resolve("err"), StandardCharsets.UTF_8))
        .isZero();
  }
}
