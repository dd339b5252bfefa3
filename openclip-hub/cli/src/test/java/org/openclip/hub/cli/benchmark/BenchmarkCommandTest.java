package org.openclip.hub.cli.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

@Tag("once")
class BenchmarkCommandTest {
  @TempDir static Path folder;
  private static String model = "";

  @BeforeAll
  static void writeModel() {
    model = TinyModels.write(folder.resolve("tiny"));
  }

  private static CommandLineRun benchmark(String... arguments) {
    List<String> all = new ArrayList<>(List.of("benchmark", "--rounds", "2", "--seconds", "0"));
    all.addAll(List.of(arguments));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static double number(Map<String, Object> object, String key) {
    return ((Number) Goldens.get(object, key)).doubleValue();
  }

  @Test
  void everySideHasItsTurns() {
    String images = Fixtures.path("preprocess/images").toString();
    CommandLineRun run =
        benchmark(model, "--batch", "1,3", "--threads", "1,2", "--images", images, "-f", "json");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.objects()).hasSize(2 * 2 * 3);
    for (Map<String, Object> line : run.objects()) {
      assertThat(line).containsEntry("model", model).containsEntry("calls", 4);
      assertThat(number(line, "p50_ms")).isPositive().isLessThanOrEqualTo(number(line, "p95_ms"));
      assertThat(number(line, "per_second"))
          .isCloseTo(number(line, "batch") * 1000 / number(line, "p50_ms"), within(1e-6));
      assertThat(line.get("machine").toString()).contains("Java");
    }
    assertThat(run.objects())
        .filteredOn(line -> line.get("threads").equals(1))
        .allSatisfy(line -> assertThat(number(line, "ratio")).isEqualTo(1));
    assertThat(run.objects())
        .filteredOn(line -> line.get("work").equals("image"))
        .allSatisfy(line -> assertThat(number(line, "share_of_peak")).isPositive());
    assertThat(run.err()).contains("round 2 of 2");
  }

  @Test
  void aFileFromElsewhereIsAPeer() throws IOException {
    Path exported = folder.resolve("exported");
    assertThat(
            CommandLineRun.of("export", "--backend", "onnx", "-m", model, exported.toString())
                .code())
        .isZero();
    Path image;
    try (var files = Files.list(exported)) {
      image =
          files
              .filter(file -> file.getFileName().toString().matches(".*(image|visual).*\\.onnx"))
              .findFirst()
              .orElseThrow();
    }
    CommandLineRun run =
        benchmark(
            model,
            "--work",
            "image",
            "--batch",
            "2",
            "--peer",
            "onnx",
            image.toString(),
            "-f",
            "json");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.objects())
        .extracting(line -> line.get("side"))
        .containsExactly("onnx fp32", "peer " + image.getFileName());
  }

  @Test
  void aPeerThatIsNoModelIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("no.onnx"), "this is no model");
    CommandLineRun run = benchmark(model, "--peer", "onnx", file.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(file.toString(), "was refused");
    assertThat(benchmark(model, "--peer", "onnx", folder.resolve("none.onnx").toString()).err())
        .contains("none.onnx");
    assertThat(benchmark(model, "--peer", "none", file.toString()).err())
        .contains("unknown backend 'none'");
  }

  @Test
  void theResultsAreATableMarkdownAndADrawing() throws IOException {
    Path plot = folder.resolve("plot.svg");
    Path accuracy =
        Files.writeString(folder.resolve("a.json"), "{\"" + model + "\": 0.63, \"b\": 0.1}");
    CommandLineRun markdown =
        benchmark(
            model,
            "--work=image",
            "--batch=1",
            "--plot=" + plot,
            "--accuracy=" + accuracy,
            "--format=markdown");
    CommandLineRun table = benchmark(model, "--work=text", "--batch=1");

    assertThat(markdown.lines().get(0)).startsWith("| model | side | work |");
    assertThat(markdown.lines().get(2)).startsWith("| " + model + " | ");
    assertThat(Files.readString(plot)).contains("<circle", model, "images per second", "accuracy");
    assertThat(table.lines().get(0)).startsWith("model ");
    assertThat(table.lines().get(1)).contains(" text ");
  }

  @Test
  void aBuiltInModelNeedsNoWeights() {
    CommandLineRun run = benchmark("ViT-S-32-alt", "--work=text", "--batch=1", "-f", "json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(number(run.objects().get(0), "memory_bytes")).isPositive();
  }

  @Test
  void wrongArgumentsAreNamed() {
    assertThat(benchmark(model, "--batch", "0").err()).contains("--batch is 0, but must be");
    assertThat(benchmark(model, "--work", "files").err()).contains("give them with --images");
    assertThat(benchmark("no-such-model").err()).contains("no-such-model");
    assertThat(benchmark("no-such*").err()).contains("no model name matches no-such*");
    assertThat(benchmark(model, "--accuracy", "a.json").err()).contains("--plot");
  }
}
