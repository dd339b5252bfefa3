package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code openclip train} with a teacher. */
class TrainDistillationTest {
  private static final Pattern LOSS = Pattern.compile("distill_loss (\\d+\\.\\d+)");

  @TempDir static Path folder;

  private static ColourRuns runs;
  private static String teacher = "";

  @BeforeAll
  static void teach() throws IOException {
    runs = ColourRuns.in(folder);
    ColourRuns.Run run = runs.train("teacher", "--epochs", "4");
    assertThat(run.code()).as(run.err()).isZero();
    teacher = "local-dir:" + runs.log("teacher", "checkpoints/epoch_4");
  }

  @Test
  void aStudentLearnsFromItsTeacher() {
    ColourRuns.Run run =
        runs.train(
            "student",
            "--epochs",
            "6",
            "--log-every-n-steps",
            "1",
            "--distill-model",
            teacher,
            "--distill-pretrained",
            "");

    assertThat(run.code()).as(run.err()).isZero();
    Matcher losses = LOSS.matcher(run.err());
    assertThat(losses.find()).isTrue();
    double first = Double.parseDouble(losses.group(1));
    double last = first;
    while (losses.find()) {
      last = Double.parseDouble(losses.group(1));
    }
    assertThat(last).isLessThan(first);
  }

  @Test
  void aTeacherOfOtherPicturesIsRefused() {
    ColourRuns.Run run =
        runs.train(
            "misfit",
            "--force-image-size",
            "32",
            "--distill-model",
            teacher,
            "--distill-pretrained",
            "");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("16 x 16").contains("32 x 32").contains("--force-image-size");
  }

  @Test
  void accumulationIsRefused() {
    ColourRuns.Run run =
        runs.train(
            "parts", "--accum-freq", "2", "--distill-model", teacher, "--distill-pretrained", "");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--accum-freq");
  }
}
