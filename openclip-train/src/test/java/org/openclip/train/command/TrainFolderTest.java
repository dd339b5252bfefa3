package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.train.run.Checkpoint;

/** {@code openclip train} on folders of pictures, in both forms. */
class TrainFolderTest {
  @TempDir static Path folder;

  private static ColourRuns runs;

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.in(folder);
    for (int i = 0; i < 17; i++) {
      Path inner = Files.createDirectories(folder.resolve("captioned/part-" + i % 2));
      Files.write(inner.resolve(i + ".png"), ColourRuns.picture(new Color(i * 99991), i));
      Files.writeString(inner.resolve(i + ".txt"), "colour " + i);
    }
    Files.writeString(folder.resolve("captioned/part-1/1.txt"), "");
  }

  private static ColourRuns.Run train(String name, String data, String... more) {
    Map<String, String> flags = runs.flags(name);
    flags.put("--train-data", folder.resolve(data).toString());
    flags.put("--epochs", "2");
    return ColourRuns.run(flags, more);
  }

  private static byte[] weights(String run, int epoch) throws IOException {
    return Files.readAllBytes(
        runs.log(run, "checkpoints/epoch_" + epoch + "/open_clip_model.safetensors"));
  }

  @Test
  void foldersAreCaptionsByTemplatesAndATrainingGoesOnExactly() throws IOException {
    String[] more = {
      "--template", "a {}", "--template", "the colour {}", "--val-data", folder + "/classes"
    };
    ColourRuns.Run run = train("classes", "classes", more);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains(
            folder.resolve("classes")
                + ": 32 pictures in 8 class folders, with captions such as 'a black', from one of 2"
                + " templates, drawn for each sample")
        .contains("2 epochs of 4 steps")
        .contains("clip_val_loss")
        .contains("0 samples were skipped");
    byte[] whole = weights("classes", 2);
    Checkpoint.remove(runs.log("classes", "checkpoints/epoch_2"));

    String[] resumed = {more[0], more[1], more[2], more[3], "--workers", "1", "--resume", "latest"};
    ColourRuns.Run again = train("classes", "classes", resumed);

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("from step 4");
    assertThat(weights("classes", 2)).isEqualTo(whole);
    assertThat(train("classes", "classes", "--template", "a {}", "--resume", "latest").err())
        .contains("--template=a {} the colour {} -> a {}");
  }

  @Test
  void captionsBesidePicturesAreTrainedOn() throws IOException {
    ColourRuns.Run run = train("captioned", "captioned", "--dataset-type", "folder");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("captioned: 17 pictures with caption files")
        .contains("2 epochs of 2 steps")
        // The empty caption, in every epoch.
        .contains("2 samples were skipped");
    assertThat(weights("captioned", 2)).isNotEqualTo(weights("captioned", 1));
  }

  @Test
  void numberedFoldersAreNamedByAList() throws IOException {
    for (String number : new String[] {"0", "2"}) {
      Path inner = Files.createDirectories(folder.resolve("numbered").resolve(number));
      for (int i = 0; i < 4; i++) {
        Files.write(inner.resolve(i + ".png"), ColourRuns.picture(Color.RED, i));
      }
    }
    Path names = Files.writeString(folder.resolve("names.txt"), "red\ngreen\nblue\n");
    ColourRuns.Run run =
        train(
            "numbered",
            "numbered",
            "--class-names",
            names.toString(),
            "--templates",
            "none",
            "--logs",
            "none");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("8 pictures in 2 class folders, with captions such as 'red'");
  }

  @Test
  void foldersThatCannotBeTrainedOnAreSaid() throws IOException {
    Files.createDirectories(folder.resolve("empty/inner"));
    assertThat(train("bad", "empty").err()).contains("contains no pictures").contains(".txt");
    Path mixed = Files.createDirectories(folder.resolve("mixed/red"));
    Files.write(mixed.resolve("1.png"), new byte[1]);
    Files.write(mixed.resolve("2.png"), new byte[1]);
    Files.write(mixed.resolve("2.txt"), "two".getBytes(StandardCharsets.UTF_8));
    ColourRuns.Run run = train("bad", "mixed");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("1 of the 2 pictures").contains("1.png has none");
    Files.delete(mixed.resolve("2.txt"));
    assertThat(train("bad", "mixed", "--template", "a picture").err())
        .contains("template 'a picture' has no {}");
    Files.createDirectories(folder.resolve("mixed/blue"));
    assertThat(train("bad", "mixed").err()).contains("blue contains no pictures");
    assertThat(train("bad", "nowhere").err()).contains("check the path");
    assertThat(train("bad", "nowhere", "--dataset-type", "folder").err())
        .contains("there is no file");
    assertThat(
            train("bad", "x", "--dataset-type", "folder", "--train-data", "https://host.test/x")
                .err())
        .contains("no subfolders");
  }
}
