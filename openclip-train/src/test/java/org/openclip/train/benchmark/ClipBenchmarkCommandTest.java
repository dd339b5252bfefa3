package org.openclip.train.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Device;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.testkit.Fixtures;
import org.openclip.train.benchmark.report.Result;

class ClipBenchmarkCommandTest {
  private static final Path GOLDEN = Fixtures.path("evaluation");

  @TempDir static Path folder;

  private static Path model;

  @BeforeAll
  static void writeModel() {
    ModelConfig config = ModelConfig.of(JsonObjects.read(GOLDEN.resolve("model_config.json")));
    model = folder.resolve("tiny");
    Architecture architecture = Architecture.of(config, PluginRegistry.create());
    ModelFolder.write(model, config, PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
  }

  private static List<String> eval(String output, String root, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "eval",
                "--model=" + model,
                "--pretrained=",
                "--dataset_root=" + root,
                "--output=" + folder.resolve(output) + "/{dataset}_{language}_{task}.json"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static String local() {
    return GOLDEN + "/wds_{dataset_cleaned}";
  }

  private static Result result(String output, String name) {
    return Result.read(List.of(folder.resolve(output).resolve(name))).getFirst();
  }

  @Test
  void severalDataSetsAndLanguagesAreMeasuredWithOneModel() throws IOException {
    Path names = Files.writeString(folder.resolve("names.txt"), "wds/shapes\nwds/few\n\n");
    Commands commands = new Commands();

    commands.run(eval("several", local(), "--dataset", names.toString(), "--language", "en", "it"));

    try (var files = Files.list(folder.resolve("several"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "shapes_en_zeroshot_classification.json",
              "shapes_it_zeroshot_classification.json",
              "few_en_zeroshot_classification.json",
              "few_it_zeroshot_classification.json");
    }
    Path few = folder.resolve("several/few_en_zeroshot_classification.json");
    assertThat(Files.readString(few))
        .startsWith("{\"dataset\": \"wds/few\", \"model\": \"" + model + "\", ")
        .contains(
            "\"pretrained\": \"\", \"task\": \"zeroshot_classification\", \"metrics\": {\"acc1\":"
                + " 0.8222222222222222, \"acc5\": NaN, ")
        .endsWith("}, \"language\": \"en\"}");
  }

  @Test
  void aHubsDataSetIsReadAlthoughItsAnswersAreCut() {
    try (DatasetHub hub = new DatasetHub(GOLDEN)) {
      new Commands().run(eval("hub", hub.pages(), "--dataset", "wds/shapes"));

      assertThat(result("hub", "shapes_en_zeroshot_classification.json").metric("acc1"))
          .isEqualTo(0.55);
      assertThat(hub.asked())
          .anyMatch(path -> path.endsWith("/raw/main/test/nshards.txt"))
          .anyMatch(path -> path.matches(".*/resolve/main/test/1.tar bytes=\\d+-"));
    }
  }

  @Test
  void theHubIsNotAskedForWhatHasAResult() {
    String[] flags = {"--dataset", "wds/few", "wds/captions", "--recall_k=1", "--skip_existing"};
    try (DatasetHub hub = new DatasetHub(GOLDEN)) {
      new Commands().run(eval("again", hub.pages(), flags));
      int before = hub.asked().size();
      Commands second = new Commands();
      second.run(eval("again", hub.pages(), flags));

      assertThat(hub.asked()).hasSize(before);
      assertThat(second.err())
          .contains(
              "few_en_zeroshot_classification.json already exists",
              "captions_en_zeroshot_retrieval.json already exists");
    }
  }

  @Test
  void aShardThatWasKeptIsNotAskedForAgain() {
    String[] flags = {
      "--dataset", "wds/few", "--wds_cache_dir", folder.resolve("shards").toString()
    };
    try (DatasetHub hub = new DatasetHub(GOLDEN)) {
      new Commands().run(eval("kept", hub.pages(), flags));
      int before = (int) hub.asked().stream().filter(path -> path.contains(".tar")).count();
      new Commands().run(eval("kept", hub.pages(), flags));

      assertThat(hub.asked().stream().filter(path -> path.contains(".tar"))).hasSize(before);
    }
  }

  @Test
  void whatIsMeasuredAlreadyIsSkippedAndTheCsvStaysTheSame() throws IOException {
    Path csv = folder.resolve("all.csv");
    List<String> build = List.of("build", folder.resolve("skip").toString(), "--output", "" + csv);
    new Commands()
        .run(eval("skip", local(), "--dataset", "wds/few", "wds/captions", "--recall_k", "1", "5"));
    new Commands().run(build);
    String whole = Files.readString(csv);
    Files.delete(folder.resolve("skip/captions_en_zeroshot_retrieval.json"));
    Path few = folder.resolve("skip/few_en_zeroshot_classification.json");
    Object time = Files.getLastModifiedTime(few);

    Commands again = new Commands();
    again.run(
        eval(
            "skip",
            local(),
            "--skip_existing",
            "--dataset",
            "wds/few",
            "wds/captions",
            "--recall_k",
            "1",
            "5"));
    new Commands().run(build);

    assertThat(again.err()).contains("few_en_zeroshot_classification.json already exists");
    assertThat(Files.getLastModifiedTime(few)).isEqualTo(time);
    assertThat(Files.readString(csv)).isEqualTo(whole);
    assertThat(whole.lines().findFirst().orElseThrow())
        .contains("image_retrieval_recall@1", "acc5", "model_fullname");
    assertThat(whole).contains(",nan,");
  }

  @Test
  void classesAreSavedLoadedAndDumped() {
    Path saved = folder.resolve("few.safetensors");
    new Commands()
        .run(
            eval(
                "saved",
                local(),
                "--dataset",
                "wds/few",
                "--save_clf",
                saved.toString(),
                "--dump_classnames",
                "--dump_templates"));
    new Commands()
        .run(
            eval("loaded", local(), "--dataset", "wds/few", "--load_clfs", "" + saved, "" + saved));

    Result first = result("saved", "few_en_zeroshot_classification.json");
    assertThat(result("loaded", "few_en_zeroshot_classification.json").json().get("metrics"))
        .isEqualTo(first.json().get("metrics"));
    assertThat(first.json().get("classnames")).isEqualTo(List.of("circle", "square", "triangle"));
    assertThat((List<?>) first.json().get("templates")).hasSize(4);
  }

  @Test
  void filesOfNamesAndPromptsTakeThePlaceOfTheDataSets() throws IOException {
    Path classes = folder.resolve("classes.json");
    Files.writeString(classes, "{\"few\": [\"disc\", \"box\", \"wedge\"]}");
    Path prompts = folder.resolve("prompts.json");
    Files.writeString(
        prompts,
        "{\"wds/few\": {\"disc\": [\"a disc\", \"discs\"], \"box\": [\"a box\"], \"wedge\":"
            + " [\"w\"]}}");

    new Commands()
        .run(
            eval(
                "own",
                local(),
                "--dataset",
                "wds/few",
                "--custom_classname_file=" + classes,
                "--custom_template_file=" + prompts,
                "--dump_classnames"));

    assertThat(result("own", "few_en_zeroshot_classification.json").json().get("classnames"))
        .isEqualTo(List.of("disc", "box", "wedge"));
  }

  @Test
  void aLinearProbeFitsOneSplitAndJudgesAnother() {
    new Commands()
        .run(
            eval(
                "probe",
                local(),
                "--dataset",
                "wds/shapes",
                "--task",
                "linear_probe",
                "--train_split",
                "test",
                "--val_proportion",
                "0.25",
                "--fewshot_k",
                "1",
                "--feature_root",
                folder.resolve("features").toString()));

    Result result = result("probe", "shapes_en_linear_probe.json");
    assertThat(result.metric("lp_acc1")).isGreaterThan(0.3);
    assertThat(result.metric("fewshot_k")).isEqualTo(1);
  }

  @Test
  void aReportIsAPageOrMarkdownWithAPlot() throws IOException {
    new Commands().run(eval("report", local(), "--dataset", "wds/few", "wds/several"));
    String results = folder.resolve("report").toString();
    new Commands().run(List.of("report", results, "--output", folder + "/report.html"));
    new Commands().run(List.of("report", results, "--output", folder + "/report.md"));

    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("<svg", "wds/few", "<td>82.2</td>");
    assertThat(Files.readString(folder.resolve("report.md"))).contains("](report.svg)", "| 82.2 |");
    assertThat(Files.readString(folder.resolve("report.svg"))).contains("<circle");
  }

  @Test
  void processesShareTheRuns() {
    List<Integer> runs = List.of(0, 1, 2, 3, 4);
    BenchmarkShare second =
        BenchmarkShare.fromEnvironment(
            name -> name.equals("SLURM_PROCID") ? "1" : name.equals("SLURM_NTASKS") ? "2" : null);
    assertThat(second.of(runs)).containsExactly(1, 3);
    assertThat(second.device(Device.AUTO)).isEqualTo(Device.AUTO);
    BenchmarkShare third =
        BenchmarkShare.fromEnvironment(
            name ->
                switch (name) {
                  case "RANK", "LOCAL_RANK" -> "2";
                  case "WORLD_SIZE" -> "4";
                  default -> null;
                });
    assertThat(third.device(Device.AUTO)).isEqualTo(new Device(Device.Kind.AUTO, 2));
    assertThat(third.device(Device.parse("cuda"))).isEqualTo(Device.parse("cuda:2"));
    assertThat(third.device(Device.parse("cuda:1"))).isEqualTo(Device.parse("cuda:1"));
    assertThat(third.device(Device.CPU)).isEqualTo(Device.CPU);
    assertThat(BenchmarkShare.fromEnvironment(name -> null).of(runs)).isEqualTo(runs);
  }

  @Test
  void whatIsWrongIsSaid() throws IOException {
    assertThatThrownBy(() -> new Commands().code(eval("bad", local(), "--dataset", "wds/none")))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("nshards.txt")
        .hasMessageContaining("--dataset_root");
    assertThatThrownBy(
            () ->
                new Commands()
                    .code(eval("bad", local(), "--dataset=wds/captions", "--recall_k=1000")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--recall_k");
    assertThatThrownBy(
            () ->
                new Commands()
                    .code(
                        eval(
                            "bad",
                            local(),
                            "--dataset=wds/captions",
                            "--task=zeroshot_classification")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("captions");
    for (List<String> usage :
        List.of(
            List.of("measure"),
            List.<String>of(),
            eval("bad", "{folder}/x", "--dataset=wds/few"),
            eval("bad", local(), "--dataset=wds/few", "--pretrained_model=ViT-B-32"),
            eval("bad", local(), "--dataset=wds/few", "--batch_size=0"),
            eval("bad", local(), "--dataset=wds/few", "--annotation_file=x.json"))) {
      Commands commands = new Commands();
      assertThat(commands.code(usage)).as(usage.toString()).isEqualTo(2);
      assertThat(commands.err()).isNotBlank();
    }
    Path other = Files.writeString(folder.resolve("other.json"), "{\"a\": 1}");
    assertThatThrownBy(() -> new Commands().code(List.of("build", other.toString())))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("not a result");
  }
}
