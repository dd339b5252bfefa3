package org.openclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkSubmit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.testkit.DrawnPictures;
import org.openclip.testkit.JavaProcess;

/** Trainings by the executors of a cluster, beside those of {@code openclip launch}. */
class ClipTrainerTest {
  private static final String CONFIG =
      """
      {"model_cfg": {"embed_dim": 16,
        "vision_cfg": {"image_size": 16, "layers": 1, "width": 32, "head_width": 16,
          "patch_size": 8},
        "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 1}},
       "preprocess_cfg": {"size": 16}}
      """;

  private static final String[] JAVA = {"-XX:TieredStopAtLevel=1", "-Xmx1g"};

  @TempDir static Path folder;

  private static SparkSession session;

  @BeforeAll
  static void start() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("open_clip_config.json"), CONFIG);
    StringBuilder table = new StringBuilder("filepath\ttitle\n");
    Map<String, Path> pictures =
        DrawnPictures.files(Files.createDirectory(folder.resolve("pictures")));
    for (int i = 0; i < 8; i++) {
      pictures.forEach((name, file) -> table.append(file + "\t" + name + '\n'));
    }
    Files.writeString(folder.resolve("pictures.csv"), table);
    session = LocalCluster.start(Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private static List<String> flags(String name, int epochs) {
    return List.of(
        "--model",
        "local-dir:" + folder.resolve("model"),
        "--train-data",
        folder.resolve("pictures.csv").toString(),
        "--batch-size",
        "4",
        "--lr",
        "1e-2",
        "--warmup",
        "4",
        "--workers",
        "1",
        "--precision",
        "fp32",
        "--threads",
        "1",
        "--dist-timeout",
        "60",
        "--logs",
        folder.resolve("logs").toString(),
        "--log-every-n-steps",
        "1",
        "--epochs",
        Integer.toString(epochs),
        "--name",
        name);
  }

  private static ClipTrainer.Trained train(String name, int epochs) {
    return new ClipTrainer()
        .setRanks(2)
        .setJavaOptions(JAVA)
        .setArguments(flags(name, epochs).toArray(String[]::new))
        .train(session);
  }

  private static void launch(String name, int epochs) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(ChildJava.command(List.of(JAVA), "org.openclip.hub.cli.Main"));
    command.addAll(List.of("launch", "--nproc", "2", "--", "train"));
    command.addAll(flags(name, epochs));
    Path said = folder.resolve(name + ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path checkpoint(String run, int epoch) {
    return folder.resolve("logs").resolve(run).resolve("checkpoints").resolve("epoch_" + epoch);
  }

  private static List<String> losses(String run) throws IOException {
    return Files.readAllLines(folder.resolve("logs").resolve(run).resolve("out.log")).stream()
        .filter(line -> line.contains(" loss "))
        .map(line -> line.replaceAll(".* loss ([0-9.]+).*", "$1"))
        .toList();
  }

  private static void assertSame(Path one, Path other) throws IOException {
    PluginRegistry plugins = PluginRegistry.create();
    List<String> files;
    try (var found = Files.list(one)) {
      files =
          found
              .map(f -> f.getFileName().toString())
              .filter(f -> f.endsWith(".safetensors"))
              .toList();
    }
    assertThat(files).hasSizeGreaterThan(1);
    for (String file : files) {
      try (Weights a = Checkpoints.open(one.resolve(file), plugins);
          Weights b = Checkpoints.open(other.resolve(file), plugins)) {
        assertThat(a.names()).isEqualTo(b.names()).isNotEmpty();
        for (String name : a.names()) {
          assertThat(a.get(name).data()).as(name).isEqualTo(b.get(name).data());
        }
      }
    }
  }

  @Test
  void twoExecutorsTrainAsALaunchOfTwoProcesses() throws Exception {
    ClipTrainer.Trained trained = train("spark", 2);
    launch("launched", 2);

    assertThat(trained.attempts()).isEqualTo(1);
    assertThat(trained.hosts()).hasSize(2);
    assertThat(losses("spark")).hasSize(8).isEqualTo(losses("launched"));
    assertSame(checkpoint("spark", 2), checkpoint("launched", 2));
  }

  @Test
  void aTrainingThatCannotBeginSaysWhy() {
    ClipTrainer trainer =
        new ClipTrainer()
            .setRanks(1)
            .setJavaOptions(JAVA)
            .setArguments("--model", "ViT-B-33", "--train-data", "none.csv", "--name", "wrong");

    assertThatThrownBy(() -> trainer.train(session))
        .hasMessageContaining("rank 0 ended with code ")
        .hasMessageContaining("unknown model 'ViT-B-33'");
  }

  @Test
  @Tag("full")
  void aKilledExecutorStartsTheStageAgainFromTheLastCheckpoint() throws Exception {
    Set<Long> executors =
        Set.copyOf(
            new JavaSparkContext(session.sparkContext())
                .parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8)
                .map(
                    number -> {
                      Thread.sleep(200);
                      return ProcessHandle.current().pid();
                    })
                .collect());
    assertThat(executors).hasSize(2);
    CompletableFuture<ClipTrainer.Trained> training =
        CompletableFuture.supplyAsync(() -> train("killed", 12));
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!Files.isDirectory(checkpoint("killed", 2)) && System.nanoTime() < end) {
      assertThat(training).isNotDone();
      Thread.sleep(20);
    }

    ProcessHandle.of(executors.iterator().next()).orElseThrow().destroyForcibly();

    assertThat(training.get(4, TimeUnit.MINUTES).attempts()).isEqualTo(2);
    launch("calm", 12);
    assertSame(checkpoint("killed", 12), checkpoint("calm", 12));
    assertThat(folder.resolve("logs/killed/out.log"))
        .content()
        .containsPattern("from step [1-9][0-9]*, in ");
  }

  @Test
  @Tag("full")
  void sparkSubmitTrainsInProcessesOfThisMachine() throws Exception {
    Path jar = folder.resolve("empty.jar");
    try (JarOutputStream empty = new JarOutputStream(Files.newOutputStream(jar), new Manifest())) {
      empty.finish();
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--master", "local[2]", "--class", ClipTrainer.class.getName(), jar.toString()));
    arguments.addAll(List.of("--ranks", "2", "--java-option", "-Xmx1g", "--"));
    arguments.addAll(flags("submitted", 1));

    JavaProcess.Run run =
        new JavaProcess(folder)
            .options("@" + Path.of("src", "sample", "java.args").toAbsolutePath())
            .within(Duration.ofMinutes(4))
            .run(SparkSubmit.class, arguments.toArray(String[]::new));

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("trained by 2 processes on ").contains("attempts: 1");
    assertThat(checkpoint("submitted", 1)).isDirectory();
  }

  @Test
  void flagsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new ClipTrainer().setRanks(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("the number of ranks is 0, but must be from 1 to 1024");
    assertThatThrownBy(() -> new ClipTrainer().setArguments("--model", "ViT-B-32"))
        .hasMessage("the run's --name is missing, by which its last checkpoint is found");
    assertThatThrownBy(() -> ClipTrainer.parse("--ranks", "2", "--model", "ViT-B-32"))
        .hasMessageContaining("-- is missing");
    assertThatThrownBy(() -> ClipTrainer.parse("--ranks", "two", "--", "--name", "n"))
        .hasMessageContaining("--ranks is 'two'");
    assertThatThrownBy(() -> ClipTrainer.parse("--nproc", "2", "--", "--name", "n"))
        .hasMessageContaining("'--nproc' is none of");
    assertThatThrownBy(() -> new ClipTrainer().train(session)).hasMessageContaining("setRanks");
  }

  @Test
  void ranksOfAHostAreCountedAndAnAttemptGoesOn() {
    List<String> hosts = List.of("one", "two", "one");

    assertThat(RankTask.variables(hosts, 2, "1234"))
        .containsEntry("RANK", "2")
        .containsEntry("LOCAL_RANK", "1")
        .containsEntry("WORLD_SIZE", "3")
        .containsEntry("MASTER_ADDR", "one")
        .containsEntry("MASTER_PORT", "1234");
    assertThat(RankTask.resumed(List.of("--resume", "old", "--name", "n", "--resume=older")))
        .containsExactly("--name", "n", "--resume", "latest");
  }
}
