package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

@Tag("once")
class EmbedCommandTest {
  private static final String CAT = Fixtures.path("preprocess/images/cat.png").toString();
  private static final String STRIP = Fixtures.path("preprocess/images/strip.png").toString();

  @TempDir static Path folder;
  private static String model = "";

  @BeforeAll
  static void writeModel() {
    model = TinyModels.write(folder.resolve("tiny"));
  }

  private static CommandLineRun embed(Object... arguments) {
    List<String> all = new ArrayList<>(List.of("embed", "--model", model));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static void assertRows(float[][] actual, Embeddings expected) {
    assertThat(actual).hasNumberOfRows(expected.size());
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).containsExactly(expected.row(i), within(1e-5f));
    }
  }

  private static float[] vector(Map<String, Object> line) {
    double[] numbers = Goldens.doubles(Goldens.get(line, "vector"));
    float[] vector = new float[numbers.length];
    IntStream.range(0, vector.length).forEach(i -> vector[i] = (float) numbers[i]);
    return vector;
  }

  @Test
  void aMatrixHasPicturesAndTextsInTheOrderThatTheIndexSays() throws IOException {
    Path pictures = Files.writeString(folder.resolve("pictures.txt"), STRIP + "\n");
    Path texts = Files.writeString(folder.resolve("texts.txt"), "a dog\nein Kätzchen\n");
    Path matrix = folder.resolve("both.npy");

    CommandLineRun run =
        embed(CAT, "--text", "a cat", "--images-from", pictures, "--texts", texts, "-o", matrix);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    try (ClipModel clip = OpenClip.load(model)) {
      Embeddings images = clip.encodeImages(List.of(Path.of(CAT), Path.of(STRIP)));
      Embeddings words = clip.encodeTexts(List.of("a cat", "a dog", "ein Kätzchen"));
      assertRows(NpyFile.read(matrix), Embeddings.concat(List.of(images, words)).normalised());
    }
    assertThat(Files.readAllLines(folder.resolve("both.index.jsonl")))
        .containsExactly(
            "{\"row\":0,\"kind\":\"image\",\"id\":\"" + CAT + "\"}",
            "{\"row\":1,\"kind\":\"image\",\"id\":\"" + STRIP + "\"}",
            "{\"row\":2,\"kind\":\"text\",\"id\":\"a cat\"}",
            "{\"row\":3,\"kind\":\"text\",\"id\":\"a dog\"}",
            "{\"row\":4,\"kind\":\"text\",\"id\":\"ein Kätzchen\"}");
  }

  @Test
  void jsonLinesHoldTheSameVectorsOnTheOutputAndInAFile() throws IOException {
    Path file = folder.resolve("vectors.jsonl");

    CommandLineRun run = embed(CAT, "--text", "a \"quoted\" cat");
    CommandLineRun filed = embed(CAT, "--text", "a \"quoted\" cat", "--output", file);

    assertThat(run.code()).isZero();
    assertThat(filed.out()).isEmpty();
    assertThat(Files.readString(file)).isEqualTo(run.out());
    assertThat(run.objects()).hasSize(2);
    assertThat(run.objects().get(0)).containsEntry("kind", "image").containsEntry("id", CAT);
    assertThat(run.objects().get(1))
        .containsEntry("kind", "text")
        .containsEntry("id", "a \"quoted\" cat");
    try (ClipModel clip = OpenClip.load(model)) {
      float[] expected = clip.encodeTexts(List.of("a \"quoted\" cat")).normalised().row(0);
      assertThat(vector(run.objects().get(1))).containsExactly(expected, within(1e-6f));
    }
  }

  @Test
  void rawLeavesTheLengthAsTheTowerGaveIt() throws IOException {
    Path matrix = folder.resolve("raw.npy");

    assertThat(embed(CAT, "--raw", "-o", matrix).code()).isZero();

    try (ClipModel clip = OpenClip.load(model)) {
      Embeddings images = clip.encodeImages(List.of(Path.of(CAT)));
      assertThat(images.row(0)).isNotEqualTo(images.normalised().row(0));
      assertRows(NpyFile.read(matrix), images);
    }
  }

  @Test
  void manyTextsStayInOrderOverTheBatches() throws IOException {
    List<String> many = IntStream.range(0, 101).mapToObj(i -> "cat number " + i * i).toList();
    Path texts = Files.write(folder.resolve("many.txt"), many);
    Path matrix = folder.resolve("many.npy");

    assertThat(embed("--texts", texts, "--batch", 3, "--threads", 1, "-o", matrix).code()).isZero();

    try (ClipModel clip = OpenClip.load(model)) {
      assertRows(NpyFile.read(matrix), clip.encodeTexts(many).normalised());
    }
  }

  @Test
  void threadsAndSpinningDoNotChangeTheNumbers() throws IOException {
    Path matrix = folder.resolve("spin.npy");

    for (String spin : List.of("on", "off", "OFF")) {
      assertThat(embed(CAT, "--spin", spin, "--threads", 2, "-o", matrix).code()).isZero();
      try (ClipModel clip = OpenClip.load(model)) {
        assertRows(NpyFile.read(matrix), clip.encodeImages(List.of(Path.of(CAT))).normalised());
      }
    }
    CommandLineRun wrong = embed(CAT, "--spin", "maybe");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("'maybe' is not one of on, off");
  }

  @Test
  void picturesThatCannotBeReadEndTheWorkOrAreSkipped() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad.png"), "no picture at all");
    Path matrix = folder.resolve("skipped.npy");
    Path list =
        Files.write(folder.resolve("list.txt"), List.of(CAT, bad.toString(), "gone", STRIP));

    CommandLineRun strict = embed("--images-from", list, "-o", matrix);
    assertThat(strict.code()).isEqualTo(1);
    assertThat(strict.err().lines()).hasSize(1).first().asString().contains(bad.toString());
    assertThat(matrix).doesNotExist();

    CommandLineRun lenient = embed("--images-from", list, "--skip-bad", "-o", matrix);
    assertThat(lenient.code()).isZero();
    assertThat(lenient.err().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("openclip: skipped: "))
        .anyMatch(line -> line.contains(bad.toString()))
        .anyMatch(line -> line.contains("there is no file gone"));
    assertThat(NpyFile.read(matrix)).hasNumberOfRows(2);
    assertThat(Files.readAllLines(folder.resolve("skipped.index.jsonl")))
        .containsExactly(
            "{\"row\":0,\"kind\":\"image\",\"id\":\"" + CAT + "\"}",
            "{\"row\":1,\"kind\":\"image\",\"id\":\"" + STRIP + "\"}");
  }

  @Test
  void whereNothingCanBeEmbeddedItIsSaid() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    Path bad = Files.writeString(folder.resolve("alone.png"), "no picture at all");

    CommandLineRun nothing = embed("--texts", empty);
    assertThat(nothing.code()).isEqualTo(1);
    assertThat(nothing.err()).contains("there is nothing to embed: the list is empty");
    CommandLineRun none = embed(bad, "--skip-bad");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("none of the 1 pictures could be read");
  }

  @Test
  void wrongUsageSaysWhatToWrite() {
    assertUsage(embed(), "give pictures, or texts with --text or --texts");
    assertUsage(embed("--text", "x", "-o", "x.txt"), "x.txt, but must end in .npy, .jsonl, .csv");
    assertUsage(embed("--text", "x", "-0"), "-0 needs --images-from");
    assertUsage(embed("--text", "x", "--format", "npy"), "the format npy needs a file");
    assertUsage(embed("--images-from", "-", "--texts", "-"), "only one of --images-from and");
    assertUsage(embed("--texts"), "--texts");
  }

  private static void assertUsage(CommandLineRun run, String part) {
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(part).contains("See 'openclip embed --help'");
  }
}
