package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.cli.Prompts;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

@Tag("once")
class ClassifyCommandTest {
  private static final Path CAT = Fixtures.path("preprocess/images/cat.png");
  private static final Path STRIP = Fixtures.path("preprocess/images/strip.png");
  private static final List<String> LABELS = List.of("a cat", "a dog", "ein Kätzchen", "猫");

  @TempDir static Path folder;
  private static String model = "";

  @BeforeAll
  static void writeModel() {
    model = TinyModels.write(folder.resolve("tiny"));
  }

  private static CommandLineRun classify(Object... arguments) {
    List<String> all = new ArrayList<>(List.of("classify", "--model", model));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  /** Asserts that a JSON line has the probabilities of all labels, best first. */
  private static void assertProbabilities(Map<String, Object> line, Path file, float[] expected) {
    assertThat(line).containsEntry("image", file.toString()).containsEntry("model", model);
    List<String> labels = new ArrayList<>();
    double before = 1;
    for (Object each : (List<?>) Goldens.get(line, "labels")) {
      Map<String, Object> result = Goldens.map(each);
      String label = (String) Goldens.get(result, "label");
      double probability = ((Number) Goldens.get(result, "probability")).doubleValue();
      assertThat(probability).isCloseTo(expected[LABELS.indexOf(label)], within(1e-6));
      assertThat(probability).isLessThanOrEqualTo(before);
      assertThat(result).containsKey("logit");
      before = probability;
      labels.add(label);
    }
    assertThat(labels).containsExactlyInAnyOrderElementsOf(LABELS);
  }

  @Test
  void packedWeightsAreAChoice() {
    String usual = classify(CAT, "a cat", "a dog").out();

    assertThat(usual).contains("a cat", "a dog");
    for (String pack : List.of("on", "off")) {
      assertThat(classify(CAT, "a cat", "a dog", "--pack", pack).out()).isEqualTo(usual);
    }
    CommandLineRun wrong = classify(CAT, "a cat", "a dog", "--pack", "maybe");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--pack", "maybe");
  }

  @Test
  void jsonHasTheProbabilitiesOfTheLibrary() {
    CommandLineRun run =
        classify(CAT, STRIP, LABELS.get(0), LABELS.get(1), LABELS.get(2), LABELS.get(3), "-f=json");

    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.objects()).hasSize(2);
    try (ClipModel clip = OpenClip.load(model)) {
      float[][] expected =
          clip.probabilities(clip.encodeImages(List.of(CAT, STRIP)), clip.encodeTexts(LABELS));
      assertProbabilities(run.objects().get(0), CAT, expected[0]);
      assertProbabilities(run.objects().get(1), STRIP, expected[1]);
    }
  }

  @Test
  void theTableHasPercentagesAndBarsOfTheirLength() {
    CommandLineRun run = classify(CAT, "a cat", "a dog", "猫");

    assertThat(run.code()).isZero();
    assertThat(run.lines()).hasSize(4);
    assertThat(run.lines().get(0)).isEqualTo(CAT.toString());
    double sum = 0;
    for (String line : run.lines().subList(1, 4)) {
      assertThat(line).matches("  (a cat|a dog|猫   )  +\\d+\\.\\d%(  █*[▏▎▍▌▋▊▉█])?");
      double percent = Double.parseDouble(line.replaceAll(".* (\\d+\\.\\d)%.*", "$1"));
      long blocks = line.chars().filter(c -> c == '█').count();
      assertThat((double) blocks).isCloseTo(percent / 100 * 32, within(1.05));
      sum += percent;
    }
    assertThat(sum).isCloseTo(100, within(0.2));
  }

  @Test
  void templatesAreAveraged() throws IOException {
    Path labels = Files.write(folder.resolve("labels.txt"), LABELS);

    for (String templates : List.of("imagenet80", "imagenet7")) {
      CommandLineRun run = classify(CAT, "--labels", labels, "-t", templates, "-f", "json");

      assertThat(run.code()).isZero();
      try (ClipModel clip = OpenClip.load(model)) {
        Embeddings picture = clip.encodeImages(List.of(CAT));
        float[][] expected =
            ZeroShotClassifier.create(clip, LABELS, Prompts.templates(templates)).classify(picture);
        assertProbabilities(run.objects().get(0), CAT, expected[0]);
      }
    }
  }

  @Test
  void onlyTheBestOfManyLabelsAreShown() {
    CommandLineRun ten = classify(CAT, "--labels", "imagenet");
    CommandLineRun three = classify(CAT, "--labels", "imagenet", "--top", 3);

    assertThat(ten.lines()).hasSize(1 + 10);
    assertThat(three.lines()).hasSize(1 + 3);
    for (int i = 0; i < 4; i++) {
      assertThat(three.lines().get(i).replaceAll(" +", " "))
          .isEqualTo(ten.lines().get(i).replaceAll(" +", " "));
    }
  }

  @Test
  void aFolderStandsForThePicturesInIt() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures/below"));
    Files.copy(STRIP, pictures.resolve("b.PNG"));
    Files.copy(CAT, pictures.resolve("a.png"));
    Files.writeString(pictures.resolve("readme.txt"), "not a picture");

    CommandLineRun run = classify(pictures.getParent(), "a cat", "a dog", "--format", "json");

    assertThat(run.objects())
        .extracting(line -> line.get("image"))
        .containsExactly(
            pictures.resolve("a.png").toString(), pictures.resolve("b.PNG").toString());
  }

  @Test
  void aSigmoidModelJudgesEachLabelAlone() {
    Map<String, Object> config = new HashMap<>(TinyModels.CONFIG);
    config.put("init_logit_scale", 2.3);
    config.put("init_logit_bias", -1.0);
    String sigmoid = TinyModels.write(folder.resolve("sigmoid"), config);

    CommandLineRun run =
        CommandLineRun.of("classify", "-m", sigmoid, CAT.toString(), "a cat", "-f", "json");

    assertThat(run.code()).isZero();
    Map<String, Object> best =
        Goldens.map(((List<?>) Goldens.get(run.objects().get(0), "labels")).get(0));
    double logit = ((Number) Goldens.get(best, "logit")).doubleValue();
    assertThat(((Number) Goldens.get(best, "probability")).doubleValue())
        .isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-6))
        .isLessThan(1);
  }

  @Test
  void wrongUsageSaysWhatIsMissing() throws IOException {
    Path none = Files.createFile(folder.resolve("none.txt"));
    Path one = Files.writeString(folder.resolve("one.txt"), "a cat\n");

    assertUsage(classify(), "name a picture and at least two labels");
    assertUsage(classify(CAT), "name at least two labels after the picture");
    assertUsage(
        classify(CAT, "a cat"), "one label alone always has 100%", "'a cat' and 'something else'");
    assertUsage(classify(CAT, "--labels", none), "none.txt has no label; write one on each line");
    assertUsage(classify(CAT, "--labels", one), "one label alone always has 100%");
    assertUsage(classify(CAT, "a", "b", "a"), "label 'a' is there twice; name each once");
    assertUsage(classify(CAT, "a", "b", "--top", 0), "--top is 0, but must be at least 1");
    assertUsage(classify(CAT, "a", "b", "--batch", 0), "batch size is 0", "from 1 to 4096");
    assertUsage(classify(CAT, "a", "b", "--threads", -1), "threads is -1", "from 0");
    assertUsage(classify(CAT, "a", "b", "--device", "gpu"), "unknown device 'gpu'", "auto, cpu");
    assertUsage(classify(CAT, "a", "b", "--precision", "x"), "unknown precision 'x'", "fp32");
    assertUsage(classify(CAT, "a", "b", "--format", "xml"), "'xml' is not one of table, json");
  }

  private static void assertUsage(CommandLineRun run, String... parts) {
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err())
        .startsWith("openclip: ")
        .contains(parts)
        .contains("See 'openclip classify --help'");
  }

  @Test
  void aMistypedPictureIsNotTakenForALabel() {
    CommandLineRun run = classify(CAT, "dgo.png", "a cat");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("there is no file dgo.png; if it is a label, give it with --labels");
  }

  @Test
  void aTerminalSeesProgressAndKeepsTheResults() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("many"));
    for (int i = 0; i < 40; i++) {
      Files.copy(CAT, pictures.resolve(i + ".png"));
    }
    String[] arguments = {
      "classify", "-m", model, "--batch", "1", pictures.toString(), "a cat", "a dog"
    };

    CommandLineRun watched = CommandLineRun.with(PluginRegistry.create(), true, arguments);
    CommandLineRun unwatched = CommandLineRun.of(arguments);

    assertThat(watched.err()).contains("/40 pictures, ").endsWith("\r");
    assertThat(watched.out()).isEqualTo(unwatched.out());
    assertThat(unwatched.err()).isEmpty();
  }
}
