package org.openclip.train.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.testkit.Fixtures;
import org.openclip.train.benchmark.report.Result;

/** Files that an evaluation reads and writes beside the data set. */
class EvalFilesTest {
  private static final Path DATA = Fixtures.path("evaluation");

  @TempDir static Path folder;

  @BeforeAll
  static void writeModels() {
    ModelConfig config = ModelConfig.of(JsonObjects.read(DATA.resolve("model_config.json")));
    Architecture architecture = Architecture.of(config, PluginRegistry.create());
    for (String name : List.of("tiny", "nllb-clip-tiny")) {
      ModelFolder.write(
          folder.resolve(name), config, PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
    }
  }

  private static List<String> eval(String dataset, String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "eval",
                "--model=" + folder.resolve("tiny"),
                "--pretrained=",
                "--dataset=wds/" + dataset,
                "--dataset_root=" + DATA + "/wds_{dataset_cleaned}",
                "--output=" + folder.resolve(output)));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static Result result(String name) {
    return Result.read(List.of(folder.resolve(name))).getFirst();
  }

  /** The names of circle, square and triangle are in the data set; four are in the file. */
  @Test
  void aFileMayNameMoreClassesThanTheDataSet() throws IOException {
    Path names = folder.resolve("names.json");
    Files.writeString(names, "{\"few\": [\"disc\", \"box\", \"wedge\", \"cross\", \"ring\"]}");

    new Commands().run(eval("few", "more.json", "--custom_classname_file=" + names));

    assertThat(result("more.json").metric("acc5")).isEqualTo(1.0);
    Files.writeString(names, "{\"few\": [\"disc\", \"box\"]}");
    assertThatThrownBy(
            () -> new Commands().code(eval("few", "x.json", "--custom_classname_file=" + names)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("its class '2' is not a number from 0 to 1");
  }

  @Test
  void promptsOfClassesKeepTheOrderOfTheirFile() throws IOException {
    List<String> classes = List.of("circle", "square", "triangle", "z", "y", "x", "b", "a", "c");
    StringBuilder json = new StringBuilder("{\"few\": {");
    classes.forEach(name -> json.append("\"%s\": [\"a %s\"], ".formatted(name, name)));
    Path prompts = folder.resolve("prompts.json");
    Files.writeString(prompts, json.substring(0, json.length() - 2) + "}}");

    new Commands()
        .run(eval("few", "order.json", "--custom_template_file=" + prompts, "--dump_templates"));

    assertThat(((Map<?, ?>) result("order.json").json().get("templates")).keySet())
        .map(String::valueOf)
        .containsExactlyElementsOf(classes);
  }

  @Test
  void namesOfResultsAreFilledInAsPythonDoes() {
    new Commands().run(eval("few", "{{x}}_{dataset:_>6}_{language!r}.json"));

    assertThat(folder.resolve("{x}____few_'en'.json")).exists();
  }

  @Test
  void aResultThatCannotBeWrittenIsFoundBeforeAnythingIsMeasured() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    Commands place = new Commands();
    assertThatThrownBy(() -> place.code(eval("few", "file/x.json")))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("cannot be written");
    Commands name = new Commands();
    assertThat(name.code(eval("few", "{model}_{what}.json"))).isEqualTo(2);

    assertThat(place.err()).doesNotContain("zeroshot_classification on");
    assertThat(name.err())
        .doesNotContain("zeroshot_classification on")
        .contains("--output", "has {what}, but the supported placeholders are [dataset, language");
  }

  @Test
  void aFileThatIsNoClassifierIsNamedWithTheWayToConvertIt() {
    Path file = folder.resolve("other.safetensors");
    try (Weights weights = Weights.of(Map.of("text", Tensor.of(new float[] {1, 2}, 1, 2)))) {
      SafetensorsWriter.write(file, WeightSource.of(weights), Map.of());
    }
    assertThatThrownBy(() -> new Commands().code(eval("few", "x.json", "--load_clfs=" + file)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("other.safetensors contains [text] instead of 'classifier'")
        .hasMessageContaining("safetensors.torch.save_file");
  }

  @Test
  void theLanguageReachesTheTokenizerOfNllbModels() {
    List<String> arguments = eval("few", "x.json", "--language=fr");
    arguments.set(1, "--model=" + folder.resolve("nllb-clip-tiny"));

    assertThatThrownBy(() -> new Commands().code(arguments))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("language");
  }

  @Test
  void listsInCsvFilesAreInTheNotationOfPython() throws IOException {
    new Commands().run(eval("few", "csv/few.json", "--dump_classnames"));

    new Commands()
        .run(List.of("build", folder.resolve("csv").toString(), "--output=" + folder + "/b.csv"));

    assertThat(Files.readString(folder.resolve("b.csv")))
        .contains("\"['circle', 'square', 'triangle']\"");
  }

  @Test
  void aNumberOfShotsIsPositive() {
    Commands commands = new Commands();
    assertThat(commands.code(eval("few", "x.json", "--fewshot_k=0"))).isEqualTo(2);
    assertThat(commands.err()).contains("--fewshot_k is 0, but must be positive, or -1 for all");
  }

  @Test
  void aSecondProbeReadsTheFeaturesOfTheFirstUnlessTheDataChanged() throws IOException {
    Path data = folder.resolve("wds_few");
    for (String split : List.of("train", "test")) {
      Files.createDirectories(data.resolve(split));
      for (String name : List.of("nshards.txt", "0.tar")) {
        Files.copy(DATA.resolve("wds_few/test").resolve(name), data.resolve(split).resolve(name));
      }
    }
    List<String> arguments =
        eval(
            "few",
            "{task}-{dataset}.json",
            "--task=linear_probe",
            "--feature_root=" + folder.resolve("features"));
    arguments.set(4, "--dataset_root=" + data);
    Commands first = new Commands();
    first.run(arguments);
    String result = Files.readString(folder.resolve("linear_probe-few.json"));

    Commands second = new Commands();
    second.run(arguments);
    assertThat(first.err()).doesNotContain("are read from");
    assertThat(second.err()).contains("features of test are read from " + folder);
    assertThat(Files.readString(folder.resolve("linear_probe-few.json"))).isEqualTo(result);

    Files.setLastModifiedTime(data.resolve("test/0.tar"), FileTime.fromMillis(0));
    Commands third = new Commands();
    third.run(arguments);
    assertThat(third.err())
        .contains("features of train are read from")
        .doesNotContain("features of test are read from");
  }

  @Test
  void theFolderOfDownloadsHasTheNameOfTheBenchmarkToo() throws IOException {
    List<String> arguments =
        eval("few", "x.json", "--offline", "--model_cache_dir=" + folder.resolve("downloads"));
    arguments.set(1, "--model=ViT-B-32");
    arguments.set(2, "--pretrained=openai");

    assertThatThrownBy(() -> new Commands().code(arguments))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining(folder.resolve("downloads").toString());
  }

  @Test
  void aLanguageNeedsTextsInIt() {
    List<String> arguments = eval("few", "x.json", "--language", "en", "it");
    arguments.set(3, "--dataset=few");
    Commands commands = new Commands();

    assertThat(commands.code(arguments)).isEqualTo(2);
    assertThat(commands.err())
        .contains(
            "--language is it, but the texts of few are English here; set --custom_classname");
  }

  @Test
  void aFolderHasTheNameThatWasGivenAlthoughTheHubHasAnother() throws IOException {
    Path data = Files.createDirectories(folder.resolve("named/wds_cifar10"));
    Files.createDirectories(data.resolve("test"));
    for (String name :
        List.of(
            "classnames.txt",
            "zeroshot_classification_templates.txt",
            "test/nshards.txt",
            "test/0.tar")) {
      Files.copy(DATA.resolve("wds_few").resolve(name), data.resolve(name));
    }
    List<String> arguments = eval("cifar10", "named.json");
    arguments.set(4, "--dataset_root=" + folder.resolve("named") + "/wds_{dataset_cleaned}");

    new Commands().run(arguments);

    assertThat(result("named.json").metric("acc1")).isEqualTo(0.8222222222222222);
  }
}
