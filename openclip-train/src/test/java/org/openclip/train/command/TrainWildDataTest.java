package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.shard.TarFiles;

/** Trainings on data that are not what one expects, and on disks that are full. */
@Timeout(300)
class TrainWildDataTest {
  @TempDir static Path folder;

  private static ColourRuns runs;

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.in(folder);
    Map<String, byte[]> members = new LinkedHashMap<>();
    for (int i = 0; i < 22; i++) {
      members.put(
          String.format(Locale.ROOT, "%04d.png", i), ColourRuns.picture(new Color(i * 99991), i));
      members.put(
          String.format(Locale.ROOT, "%04d.txt", i), TarFiles.text(i < 2 ? " " : "colour " + i));
    }
    TarFiles.write(folder.resolve("few.tar"), members);
    members.replaceAll((name, bytes) -> name.endsWith("png") ? new byte[] {1, 2, 3} : bytes);
    TarFiles.write(folder.resolve("broken.tar"), members);
  }

  private static ColourRuns.Run shards(String name, String shard, String... more) {
    Map<String, String> flags = runs.flags(name);
    flags.put("--train-data", folder.resolve(shard).toString());
    flags.put("--train-num-samples", "60");
    flags.put("--epochs", "1");
    return ColourRuns.run(flags, more);
  }

  @Test
  void anEpochBeyondTheDataIsAsLongAsPlannedAndSaysSo() throws IOException {
    ColourRuns.Run run = shards("longer", "few.tar", "--log-every-n-steps", "1");

    assertThat(run.code()).as(run.err()).isZero();
    // 60 samples are 8 batches, which two workers share.
    assertThat(run.err())
        .contains("1 epochs of 8 steps")
        .contains("epoch 0: all samples were used before step 3 of 8; they are repeated")
        .contains("step 8/8")
        .contains("done after 8 steps")
        .contains("few.tar/0000: its caption is empty");
    Checkpoint last = Checkpoint.read(runs.checkpoint("longer", "epoch_1"));
    assertThat(last.progress().step()).isEqualTo(8);

    // Other workers go on with the epochs that were planned.
    ColourRuns.Run resumed =
        shards("longer", "few.tar", "--epochs", "1", "--workers", "3", "--resume", "latest");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("1 epochs of 8 steps, from step 8");
  }

  @Test
  void samplesThatATableLacksShortenNoEpoch() throws IOException {
    String rows = Files.readString(runs.table()).replaceFirst("\ta [a-z]+\n", "\t\n");
    Path table = Files.writeString(folder.resolve("gap.csv"), rows);
    ColourRuns.Run run = runs.train("gap", "--train-data", table.toString(), "--epochs", "1");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("skipping 1 of 32 rows without a picture or caption, the first in line 2")
        .contains("they are repeated")
        .contains("done after 4 steps");
  }

  @Test
  void drawingFromDataWithoutOneUsableSampleEnds() {
    ColourRuns.Run run = shards("broken", "broken.tar", "--dataset-resampled");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("no sample is usable")
        .contains("22 were skipped, the first: " + folder.resolve("broken.tar") + "/0000: ");
    assertThat(shards("pictures", "few.tar", "--text-key", "caption", "--dataset-resampled").err())
        .contains("it has no .caption but [png, txt]");
  }

  @Test
  @Tag("once")
  @DisabledOnOs(OS.WINDOWS)
  void aSignalIsAnsweredWhileDataAreWaitedFor() throws Exception {
    Map<String, String> flags = runs.flags("waiting");
    // The first sample comes, and then nothing for a long time.
    String shard = folder.resolve("few.tar").toString();
    flags.put("--train-data", "pipe:head -c 8192 " + shard + "; echo waiting >&2; sleep 500");
    flags.put("--train-num-samples", "60");
    flags.put("--shuffle-buffer", "1");
    Path said = folder.resolve("waiting.txt");
    Process process = ColourRuns.start(said, ColourRuns.arguments(flags, "--allow-pipe"));
    while (process.isAlive() && !Files.readString(said).contains("from step 0")) {
      Thread.sleep(20);
    }
    process.destroy();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(Files.readString(said)).isTrue();
    assertThat(Files.readString(said))
        .contains("running the shell commands of pipe:head")
        .contains("stopped at step 0; continue with: openclip train");
  }

  @Test
  void aFullDiskUnderTheLogCostsTheLog() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    Files.createDirectories(runs.log("full", "checkpoints"));
    Files.createSymbolicLink(runs.log("full", "out.log"), full);
    Files.createSymbolicLink(runs.log("full", "params.txt"), full);
    Files.createSymbolicLink(runs.checkpoint("full", "results.jsonl"), full);

    ColourRuns.Run run =
        runs.train(
            "full",
            "--epochs",
            "1",
            "--log-every-n-steps",
            "1",
            "--resume",
            "latest",
            "--val-data",
            runs.table().toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("--resume latest: there is no checkpoint in ")
        .contains("clip_val_loss")
        .contains("done after 4 steps")
        .containsOnlyOnce("out.log cannot be written");
    assertThat(Checkpoint.read(runs.checkpoint("full", "epoch_1")).progress().step()).isEqualTo(4);
  }

  @Test
  void whatAKilledProcessLeftIsTakenWhenItIsWhole() throws IOException {
    assertThat(runs.train("killed", "--epochs", "2", "--workers", "0").code()).isZero();
    Path second = runs.checkpoint("killed", "epoch_2");
    Files.move(second, runs.checkpoint("killed", "epoch_2.part"));
    Files.move(runs.checkpoint("killed", "epoch_1"), runs.checkpoint("killed", "epoch_1.old"));
    Path broken = Files.createDirectories(runs.checkpoint("killed", "epoch_3.part"));
    Files.write(broken.resolve("open_clip_model.safetensors"), new byte[9]);

    ColourRuns.Run run =
        runs.train("killed", "--epochs", "2", "--lr", "0.010", "--wd", "0.2", "--resume", "latest");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("the checkpoint " + second + " is complete but was left as epoch_2.part")
        .contains("was left as epoch_1.old")
        .contains("from step 8");
    assertThat(second).isDirectory();
    assertThat(broken).isDirectory();
  }

  @Test
  void whatIsWrongWithValidationDataIsSaidBeforeTheTraining() throws IOException {
    Path missing = folder.resolve("missing.tar");
    ColourRuns.Run run = runs.train("unmeasured", "--val-data", missing.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("--val-data " + missing)
        .contains("NoSuchFileException")
        .doesNotContain("step 1/");
    Path table = Files.writeString(folder.resolve("nowhere.csv"), "filepath\ttitle\nno.png\tx\n");
    assertThat(runs.train("nowhere", "--val-data", table.toString()).err())
        .contains("no.png")
        .doesNotContain("step 1/");
  }
}
