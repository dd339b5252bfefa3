package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.shard.TarFiles;

/** What {@code openclip train} says of damaged data, full disks and losses that are no numbers. */
class TrainBadInputTest {
  /** Blocks of 512 bytes, or of 1024 in some shells: either way less than the model's 3.2 MB. */
  private static final int BLOCKS = 3000;

  @TempDir static Path folder;

  private static ColourRuns runs;

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.in(folder);
  }

  private static Map<String, byte[]> samples(int count) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      members.put(
          String.format(Locale.ROOT, "%04d.png", i), ColourRuns.picture(new Color(i * 99991), i));
      members.put(String.format(Locale.ROOT, "%04d.txt", i), TarFiles.text("colour " + i));
    }
    return members;
  }

  private static ColourRuns.Run shards(String name, String pattern, String... more) {
    Map<String, String> flags = runs.flags(name);
    flags.put("--train-data", folder.resolve(pattern).toString());
    flags.put("--train-num-samples", "16");
    flags.put("--epochs", "1");
    return ColourRuns.run(flags, more);
  }

  @Test
  void damagedShardsAreLeftOutAndCounted() throws IOException {
    TarFiles.write(folder.resolve("bad-0.tar"), samples(16));
    Path cut = TarFiles.write(folder.resolve("bad-1.tar"), samples(8));
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 3));
    Map<String, byte[]> lacking = samples(2);
    lacking.remove("0000.txt");
    lacking.put("0001.png", new byte[] {1, 2, 3});
    TarFiles.write(folder.resolve("bad-2.tar"), lacking);

    ColourRuns.Run run = shards("damaged", "bad-{0..2}.tar");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("done after 2 steps");
    // The rest of the cut shard, the sample without text, and the picture that is none.
    assertThat(run.err()).containsPattern("[123] samples were skipped");
  }

  @Test
  void whatIsWrongWithAShardIsSaid() throws IOException {
    TarFiles.write(folder.resolve("cut-0.tar"), samples(16));
    Path cut = TarFiles.write(folder.resolve("cut-1.tar"), samples(8));
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 3));
    Map<String, byte[]> lacking = samples(17);
    lacking.remove("0003.txt");
    Path without = TarFiles.write(folder.resolve("without.tar"), lacking);

    assertThat(shards("cut", "cut-{0..1}.tar").err())
        .contains("1 samples were skipped, the first: the rest of shard " + cut + ": ");
    assertThat(shards("without", "without.tar").err())
        .contains("the first: " + without + "/0003: it has no .txt but [png]");
    assertThat(runs.log("without", "out.log")).content().contains("/0003: it has no .txt");
  }

  @Test
  void aTableWithoutTheColumnIsRefused() throws IOException {
    Path table = Files.writeString(folder.resolve("other.csv"), "image\ttitle\na.png\ta cat\n");
    ColourRuns.Run run = runs.train("column", "--train-data", table.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("no column 'filepath'")
        .contains("[image, title]")
        .contains("--csv-img-key");
  }

  @Test
  void dataWithoutSamplesAreRefused() throws IOException {
    Path table = Files.writeString(folder.resolve("empty.csv"), "filepath\ttitle\n");
    assertThat(runs.train("empty", "--train-data", table.toString()).err()).contains("no rows");
    TarFiles.write(folder.resolve("empty.tar"), Map.of());
    ColourRuns.Run run = shards("empty-shard", "empty.tar");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("no batch can be built");
    assertThat(runs.log("empty-shard", "out.log")).content().contains("no batch can be built");
    assertThat(runs.train("empty-val", "--val-data", table.toString()).err()).contains("no rows");
  }

  @Test
  void aLossThatIsNoNumberLeavesTheLastCheckpoint() {
    assertThat(runs.train("nan", "--epochs", "1").code()).isZero();
    ColourRuns.Run run =
        runs.train(
            "nan",
            "--epochs",
            "3",
            "--lr",
            "1e30",
            "--skip-scheduler",
            "--resume",
            "latest",
            "--resume-changed");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("the loss of step ").contains(".png").contains("--lr");
    assertThat(run.err()).contains("--resume latest --resume-changed");
    assertThat(runs.log("nan", "out.log")).content().contains("the loss of step ");
    assertThat(Checkpoint.read(runs.log("nan", "checkpoints/epoch_1")).progress().step())
        .isEqualTo(4);
  }

  @Test
  void aFullDiskLeavesTheLastCheckpoint() throws IOException, InterruptedException {
    assumeThat(Path.of("/bin/sh")).exists();
    assertThat(runs.train("full", "--epochs", "2").code()).isZero();
    Checkpoint.remove(runs.log("full", "checkpoints/epoch_2"));
    Map<String, String> flags = runs.flags("full");
    flags.put("--train-data", runs.table().toString());
    Path said = folder.resolve("full.txt");

    int code =
        ColourRuns.start(
                said,
                List.of("/bin/sh", "-c", "ulimit -f " + BLOCKS + " && exec \"$@\"", "sh"),
                ColourRuns.arguments(flags, "--epochs", "2", "--resume", "latest"))
            .waitFor();

    String output = Files.readString(said, StandardCharsets.UTF_8);
    assertThat(output).contains("from step 4").contains("cannot be written");
    assertThat(code).as(output).isEqualTo(1);
    try (Stream<Path> left = Files.list(runs.log("full", "checkpoints"))) {
      assertThat(left).extracting(Path::getFileName).containsExactly(Path.of("epoch_1"));
    }
    Checkpoint last = Checkpoint.read(runs.log("full", "checkpoints/epoch_1"));
    try (Weights weights = last.weights(PluginRegistry.create());
        Weights state = last.optimizer(PluginRegistry.create())) {
      assertThat(weights.get("logit_scale").toFloats()).hasSize(1);
      assertThat(state.names()).isNotEmpty();
    }
  }
}
