package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.testkit.S3Server;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.shard.TarFiles;

/** Data lie in a bucket of a real S3 server, and runs are copied to it and go on from there. */
@Tag("s3")
class TrainS3Test {
  private static final String BUCKET = "s3://trainings/";

  @TempDir static Path folder;

  private static S3Server server;
  private static ColourRuns runs;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = S3Server.start(folder, "trainings");
    server.settings().forEach(System::setProperty);
    runs = ColourRuns.in(folder);
    for (int shard = 0; shard < 2; shard++) {
      Map<String, byte[]> members = new LinkedHashMap<>();
      for (int i = 0; i < 16; i++) {
        int number = 16 * shard + i;
        members.put(
            String.format(Locale.ROOT, "%04d.png", i),
            ColourRuns.picture(new Color(number * 99991), number));
        members.put(String.format(Locale.ROOT, "%04d.txt", i), TarFiles.text("colour " + number));
      }
      Path file = TarFiles.write(folder.resolve("s-%s.tar".formatted(shard)), members);
      Files.copy(file, RemoteFiles.path(BUCKET + "data/" + file.getFileName()));
    }
    Files.writeString(
        RemoteFiles.path(BUCKET + "data/sizes.json"), "{\"s-0.tar\": 16, \"s-1.tar\": 16}");
  }

  @AfterAll
  static void stop() {
    server.settings().keySet().forEach(System::clearProperty);
    server.close();
  }

  private static ColourRuns.Run train(String name, String... more) {
    Map<String, String> flags = runs.flags(name);
    flags.put("--train-data", BUCKET + "data/s-{0..1}.tar");
    flags.put("--epochs", "2");
    flags.put("--remote-sync", BUCKET + "runs");
    return ColourRuns.run(flags, more);
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> folder.relativize(f).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void aTrainingFromABucketIsCopiedToItAndGoesOnFromThere() throws IOException {
    ColourRuns.Run run = train("synced");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("2 epochs of 4 steps, from step 0")
        .contains("0 samples were skipped");
    Path here = runs.log("synced", "");
    Path there = RemoteFiles.path(BUCKET + "runs/synced/");
    assertThat(files(here)).contains("params.txt", "checkpoints/epoch_2/training.json");
    for (String file : files(here)) {
      assertThat(Files.readAllBytes(there.resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(here.resolve(file)));
    }

    // Another machine, to which nothing but the first epoch has come.
    Path whole = Files.move(here, folder.resolve("whole"));
    for (String file : files(whole.resolve("checkpoints/epoch_2"))) {
      Files.delete(there.resolve("checkpoints/epoch_2/" + file));
    }
    ColourRuns.Run again = train("synced", "--resume", "latest");

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("from step 4");
    ColourRuns.assertSame(
        runs.checkpoint("synced", "epoch_2"), whole.resolve("checkpoints/epoch_2"));
    assertThat(Files.readAllBytes(there.resolve("checkpoints/epoch_2/" + Checkpoint.OPTIMIZER)))
        .isEqualTo(
            Files.readAllBytes(runs.checkpoint("synced", "epoch_2").resolve(Checkpoint.OPTIMIZER)));
  }

  @Test
  void aBucketThatIsNotThereIsSaidAtOnce() {
    ColourRuns.Run run =
        ColourRuns.run(
            runs.flags("nowhere"),
            "--train-data",
            BUCKET + "data/s-{0..1}.tar",
            "--remote-sync",
            "s3://no-such-bucket/runs");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("remote sync").contains("s3://no-such-bucket");
  }
}
