package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code openclip train --use-naflex} on pictures of several shapes. */
class TrainNaFlexTest {
  @TempDir static Path folder;

  private static NaFlexRuns naflex;

  @BeforeAll
  static void makeData() throws IOException {
    naflex = NaFlexRuns.in(folder);
  }

  @Test
  void aModelLearnsColoursOfPicturesOfAnyShape() throws IOException {
    ColourRuns.Run run =
        naflex.train("learns", "--epochs", "12", "--log-every-n-steps", "1", "--workers", "1");

    assertThat(run.code()).as(run.err()).isZero();
    double[] losses = naflex.losses("learns");
    double first = Arrays.stream(losses, 0, 10).average().orElseThrow();
    double last = Arrays.stream(losses, losses.length - 10, losses.length).average().orElseThrow();
    assertThat(last).isLessThan(first / 2);
  }
}
