package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

@Tag("once")
class SimilarityCommandTest {
  private static final String CAT = Fixtures.path("preprocess/images/cat.png").toString();
  private static final String STRIP = Fixtures.path("preprocess/images/strip.png").toString();

  @TempDir static Path folder;
  private static String model = "";

  @BeforeAll
  static void writeModel() {
    model = TinyModels.write(folder.resolve("tiny"));
  }

  private static void assertCosines(Map<String, Object> result, float[][] expected) {
    double[][] cosines = Goldens.matrix(Goldens.get(result, "cosines"));
    assertThat(cosines).hasNumberOfRows(expected.length);
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[i].length; j++) {
        assertThat(cosines[i][j]).isCloseTo(expected[i][j], within(1e-6));
      }
    }
  }

  @Test
  void picturesAreRowsAndTextsAreColumns() {
    String[] arguments = {
      "similarity", "-m", model, CAT, STRIP, "--text", "a cat", "--text", "a dog", "--text", "x"
    };
    CommandLineRun table = CommandLineRun.of(arguments);
    String[] more = Arrays.copyOf(arguments, arguments.length + 1);
    more[arguments.length] = "--format=json";
    CommandLineRun json = CommandLineRun.of(more);

    assertThat(table.code()).isZero();
    assertThat(table.lines()).hasSize(3);
    assertThat(table.lines().get(0).strip()).matches("a cat +a dog +x");
    assertThat(table.lines().get(1)).matches(".*cat\\.png( +-?[01]\\.\\d{4}){3}");
    assertThat(json.objects()).hasSize(1);
    Map<String, Object> result = json.objects().get(0);
    assertThat(result)
        .containsEntry("rows", List.of(CAT, STRIP))
        .containsEntry("columns", List.of("a cat", "a dog", "x"));
    try (ClipModel clip = OpenClip.load(model)) {
      assertCosines(
          result,
          clip.encodeImages(List.of(Path.of(CAT), Path.of(STRIP)))
              .cosine(clip.encodeTexts(List.of("a cat", "a dog", "x"))));
    }
  }

  @Test
  void oneKindIsComparedWithItself() {
    CommandLineRun run =
        CommandLineRun.of("similarity", "-m", model, "--text=a cat", "--text=a dog", "-f=json");

    double[][] cosines = Goldens.matrix(Goldens.get(run.objects().get(0), "cosines"));
    assertThat(cosines[0][0]).isCloseTo(1, within(1e-6));
    assertThat(cosines[1][1]).isCloseTo(1, within(1e-6));
    assertThat(cosines[0][1]).isEqualTo(cosines[1][0]).isLessThan(0.9999);
  }

  @Test
  void columnsThatDoNotFitTheScreenAreNumbered() throws IOException {
    List<String> texts = IntStream.range(1, 13).mapToObj(i -> "a photo of " + i + " cats").toList();
    Path file = Files.write(folder.resolve("texts.txt"), texts);

    CommandLineRun run =
        CommandLineRun.of("similarity", "-m", model, CAT, "--texts", file.toString());
    CommandLineRun square =
        CommandLineRun.of("similarity", "-m", model, "--texts", file.toString());

    assertThat(run.lines().subList(0, 2))
        .containsExactly("1   a photo of 1 cats", "2   a photo of 2 cats");
    assertThat(run.lines().get(13).strip()).matches("1 +2 +3 +4 .* 12");
    assertThat(run.lines()).hasSize(12 + 1 + 2);
    assertThat(square.lines()).hasSize(1 + 12);
    assertThat(square.lines().get(12)).matches("12  a photo of 12 cats( +-?[01]\\.\\d{4}){12}");
  }

  @Test
  void withoutAnythingToCompareTheUsageIsWrong() {
    CommandLineRun run = CommandLineRun.of("similarity", "-m", model);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("give pictures, or texts with --text or --texts");
  }
}
