package org.openclip.train.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.testkit.Fixtures;
import org.openclip.train.benchmark.report.Result;

/** What CLIP_benchmark measured, number for number. */
@Tag("golden-evaluation")
class GoldenEvaluationTest {
  private static final double TOLERANCE = 1e-6;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyNumberIsTheBenchmarks() throws IOException {
    return numbers(
        Path.of(Objects.requireNonNull(System.getProperty("openclip.golden")))
            .resolve("evaluation"));
  }

  /** Colour modes, templates with formats, and captions to choose among. */
  @TestFactory
  Stream<DynamicTest> everyNumberOnTheProjectsDataSetsIsTheBenchmarks() throws IOException {
    return numbers(Fixtures.path("benchmark"));
  }

  private Stream<DynamicTest> numbers(Path golden) throws IOException {
    List<ModelConfig> models = new ArrayList<>();
    List<Object> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(golden)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        byte[] bytes =
            Files.readString(file).replace("NaN", "\"NaN\"").getBytes(StandardCharsets.UTF_8);
        if (JSON.std.anyFrom(bytes) instanceof List<?> results) {
          all.addAll(results);
        } else {
          models.add(ModelConfig.of(JsonObjects.read(file)));
        }
      }
    }
    assertThat(all).as("results in " + golden).isNotEmpty();
    assertThat(models).as("configurations of a model in " + golden).hasSize(1);
    ModelConfig config = models.getFirst();
    Architecture architecture = Architecture.of(config, PluginRegistry.create());
    Path model = folder.resolve("model");
    ModelFolder.write(model, config, PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
    return all.stream()
        .map(each -> (Map<?, ?>) each)
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.get("dataset") + " " + each.get("task"),
                    () -> compare(golden, model, each)));
  }

  private void compare(Path golden, Path model, Map<?, ?> expected) {
    Map<String, Double> wanted = new LinkedHashMap<>();
    ((Map<?, ?>) expected.get("metrics"))
        .forEach((name, value) -> wanted.put((String) name, Double.valueOf(value.toString())));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "eval",
                "--quiet",
                "--model=local-dir:" + model,
                "--pretrained=",
                "--dataset=" + expected.get("dataset"),
                "--dataset_root=" + golden + "/wds_{dataset_cleaned}",
                "--task=" + expected.get("task"),
                "--language=" + expected.get("language"),
                "--output=" + folder + "/result.json"));
    wanted.keySet().stream()
        .filter(name -> name.startsWith("image_retrieval_recall@"))
        .map(name -> name.substring(name.indexOf('@') + 1))
        .forEach(k -> arguments.addAll(List.of("--recall_k", k)));

    new Commands().run(arguments);

    Result result = Result.read(List.of(folder.resolve("result.json"))).getFirst();
    assertThat(result.text("dataset")).isEqualTo(expected.get("dataset"));
    assertThat(result.text("task")).isEqualTo(expected.get("task"));
    assertThat(((Map<?, ?>) result.json().get("metrics")).keySet()).isEqualTo(wanted.keySet());
    wanted.forEach(
        (name, value) -> {
          double measured = result.metric(name);
          if (value.isNaN()) {
            assertThat(measured).as(name).isNaN();
          } else {
            assertThat(measured).as(name).isCloseTo(value, within(TOLERANCE));
          }
        });
  }
}
