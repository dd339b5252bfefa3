package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** What classify, similarity and embed have in common: lists of pictures, and formats. */
@Tag("once")
class ResultFormatsTest {
  private static final String CAT = Fixtures.path("preprocess/images/cat.png").toString();
  private static final String STRIP = Fixtures.path("preprocess/images/strip.png").toString();

  @TempDir static Path folder;
  private static String model = "";
  private static Path bad = Path.of("");
  private static Path ended = Path.of("");

  @BeforeAll
  static void write() throws IOException {
    model = TinyModels.write(folder.resolve("tiny"));
    bad = Files.writeString(folder.resolve("bad\n.png"), "no picture");
    ended = Files.writeString(folder.resolve("ended"), CAT + "\0" + bad + "\0" + STRIP + "\0");
  }

  private static CommandLineRun run(String command, Object... arguments) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("--model", model));
    Stream.of(arguments).map(Object::toString).forEach(all::add);
    CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private static List<List<String>> cells(String text, String separator) {
    return text.lines().map(line -> List.of(line.split(separator, -1))).toList();
  }

  @Test
  void classifyWritesARowForEachPictureAndLabel() throws IOException {
    Path file = folder.resolve("c.tsv");
    CommandLineRun csv =
        run("classify", "--images-from", ended, "-0", "--skip-bad", "a, b", "c", "-f", "csv");
    run("classify", CAT, STRIP, "a, b", "c", "-o", file);

    assertThat(csv.err().lines())
        .singleElement()
        .asString()
        .startsWith("openclip: skipped: ")
        .contains("bad .png");
    List<List<String>> rows = cells(csv.out().replace("\"a, b\"", "a_b"), ",");
    assertThat(rows).hasSize(1 + 2 * 2);
    assertThat(rows.get(0)).containsExactly("image", "label", "probability", "logit");
    assertThat(rows.get(1).get(0)).isEqualTo(CAT);
    assertThat(rows.get(3).get(0)).isEqualTo(STRIP);
    double sum = Double.parseDouble(rows.get(1).get(2)) + Double.parseDouble(rows.get(2).get(2));
    assertThat(sum).isBetween(0.9999, 1.0001);
    assertThat(cells(Files.readString(file).replace("a, b", "a_b"), "\t")).isEqualTo(rows);
  }

  @Test
  void classifyWritesJsonLinesIntoAFile() throws IOException {
    Path file = folder.resolve("c.jsonl");
    CommandLineRun printed = run("classify", CAT, "a", "b", "--format", "json");
    assertThat(run("classify", CAT, "a", "b", "-o", file).out()).isEmpty();
    assertThat(Files.readString(file)).isEqualTo(printed.out());
    Path table = folder.resolve("c.txt");
    run("classify", CAT, "a", "b", "-o", table);
    assertThat(Files.readString(table)).isEqualTo(run("classify", CAT, "a", "b").out());
  }

  @Test
  void similarityHasARowForEachPicture() throws IOException {
    Path texts = Files.writeString(folder.resolve("t"), "a cat\n\n  a dog \n");
    CommandLineRun csv =
        run("similarity", "--images-from", ended, "-0", "--skip-bad", "--texts", texts, "-fcsv");
    CommandLineRun lines = run("similarity", CAT, STRIP, "--texts", texts, "-f", "jsonl");

    List<List<String>> rows = cells(csv.out(), ",");
    assertThat(rows.get(0)).containsExactly("name", "a cat", "", "\"  a dog \"");
    assertThat(rows).hasSize(3).extracting(List::getFirst).containsExactly("name", CAT, STRIP);
    assertThat(lines.objects()).hasSize(2);
    Map<String, Object> second = lines.objects().get(1);
    assertThat(second)
        .containsEntry("row", STRIP)
        .containsEntry("columns", List.of("a cat", "", "  a dog "));
    double[] cosines = Goldens.doubles(Goldens.get(second, "cosines"));
    assertThat((float) cosines[1]).isEqualTo(Float.parseFloat(rows.get(2).get(2)));
  }

  @Test
  void embedHasAColumnForEachNumber() throws IOException {
    Path file = folder.resolve("e.csv");
    CommandLineRun printed =
        run("embed", "--images-from", ended, "--null", "--skip-bad", "--text", "x", "-f", "tsv");
    run("embed", CAT, STRIP, "--text", "x", "-o", file);

    List<List<String>> rows = cells(printed.out(), "\t");
    assertThat(rows).hasSize(4);
    assertThat(rows.get(0)).hasSize(2 + 16).startsWith("kind", "id", "v0").endsWith("v15");
    assertThat(rows.get(3)).startsWith("text", "x");
    assertThat(cells(Files.readString(file), ",")).isEqualTo(rows);
  }

  @Test
  void blankLinesAreTexts() throws IOException {
    Path texts = Files.writeString(folder.resolve("blank"), "\na\n \n\nb\r\n");
    CommandLineRun run = run("embed", "--texts", texts);

    assertThat(run.objects()).extracting(o -> o.get("id")).containsExactly("", "a", " ", "", "b");
    assertThat(run.objects().get(3).get("vector")).isEqualTo(run.objects().get(0).get("vector"));
  }

  @Test
  void whereNoPictureIsLeftItIsAFailure() {
    Path file = folder.resolve("none.csv");
    for (String[] command :
        new String[][] {{"similarity", "" + bad}, {"classify", "" + bad, "a", "b"}}) {
      List<String> all = new ArrayList<>(List.of(command));
      all.addAll(List.of("-m", model, "--skip-bad", "-o", file.toString()));
      CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));

      assertThat(run.code()).isEqualTo(1);
      assertThat(run.err()).contains("none of the 1 pictures could be read");
      assertThat(file).doesNotExist();
    }
  }
}
