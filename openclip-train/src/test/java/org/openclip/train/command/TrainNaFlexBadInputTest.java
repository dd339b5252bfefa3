package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code openclip train --use-naflex} refuses, and what it says then. */
class TrainNaFlexBadInputTest {
  @TempDir static Path folder;

  private static NaFlexRuns naflex;

  @BeforeAll
  static void makeData() throws IOException {
    naflex = NaFlexRuns.in(folder);
  }

  private static void assertRefused(String message, String... flags) {
    Map<String, String> usual = new TreeMap<>(naflex.runs().flags("bad"));
    usual.put("--train-data", naflex.runs().table().toString());
    ColourRuns.Run run = ColourRuns.run(usual, flags);
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(folder.resolve("logs/bad")).doesNotExist();
  }

  @Test
  void aModelWhoseTowerCannotBeConverted() {
    assertRefused("cannot be converted to NaFlex", "--use-naflex", "--model", "RN50");
    assertRefused(
        "cannot be converted to NaFlex", "--force-naflex-vision", "--model", "MobileCLIP-S1");
    assertRefused(
        "--use-naflex does not support caption models (CoCa)",
        "--use-naflex",
        "--model",
        "coca_ViT-B-32");
    assertRefused(
        "--force-naflex-vision does not support caption models (CoCa)",
        "--force-naflex-vision",
        "--model",
        "coca_ViT-B-32");
  }

  @Test
  void lengthsAndBudgetsThatHoldNoImage() {
    assertRefused(
        "--naflex-seq-lens is 0, but must be at least 1", "--use-naflex", "--naflex-seq-lens", "0");
    assertRefused(
        "--naflex-max-tokens-per-batch 100 is smaller than one image of 128 patches",
        "--use-naflex",
        "--naflex-seq-lens",
        "64",
        "128",
        "--naflex-max-tokens-per-batch",
        "100");
    assertRefused(
        "1000 is smaller than one image of 1024 patches (the default of --naflex-seq-lens)",
        "--use-naflex",
        "--naflex-max-tokens-per-batch",
        "1000");
    assertRefused(
        "--naflex-batch-divisor is 0, but must be at least 1",
        "--use-naflex",
        "--naflex-batch-divisor",
        "0");
  }

  @Test
  void weightsThatDoNotFitTheLengths() {
    assertRefused(
        "--naflex-seq-len-probs has 1 numbers for 5 lengths",
        "--use-naflex",
        "--naflex-seq-len-probs",
        "1");
    assertRefused(
        "none may be negative",
        "--use-naflex",
        "--naflex-seq-lens",
        "6",
        "9",
        "--naflex-seq-len-probs",
        "1",
        "-0.5");
  }

  @Test
  void patchSizesThatCannotBeDrawn() {
    assertRefused("--naflex-patch-sizes", "--use-naflex", "--naflex-patch-sizes", "4", "0");
    assertRefused(
        "--naflex-patch-size-probs has 1 numbers for 2 patch sizes",
        "--use-naflex",
        "--naflex-patch-sizes",
        "4",
        "8",
        "--naflex-patch-size-probs",
        "0.5");
    assertRefused(
        "--naflex-patch-size-probs has 2 numbers for 1 patch sizes",
        "--use-naflex",
        "--naflex-patch-size-probs",
        "0.5",
        "0.5");
    assertRefused(
        "one must be above 0",
        "--use-naflex",
        "--naflex-patch-sizes",
        "4",
        "8",
        "--naflex-patch-size-probs",
        "0",
        "0");
  }

  @Test
  void whatDoesNotGoTogether() {
    assertRefused(
        "--naflex-loss-scale does not support --accum-freq",
        "--use-naflex",
        "--naflex-loss-scale",
        "linear",
        "--accum-freq",
        "2");
    assertRefused(
        "--naflex-loss-scale 'log' is not one of none, linear, sqrt",
        "--use-naflex",
        "--naflex-loss-scale",
        "log");
    assertRefused(
        "--distill-model does not support --use-naflex",
        "--use-naflex",
        "--distill-model",
        "ViT-B-32",
        "--distill-pretrained",
        "openai");
    assertRefused(
        "--loss-tiles does not support --use-naflex", "--use-naflex", "--loss-tiles", "2");
    assertRefused(
        "both say how long an epoch is",
        "--use-naflex",
        "--train-num-samples",
        "10",
        "--naflex-num-train-image-tokens",
        "1000");
    assertRefused(
        "--naflex-seq-lens is an option of NaFlex training; give --use-naflex, too",
        "--naflex-seq-lens",
        "64");
    assertRefused(
        "--aug-cfg naflex=true needs 'openclip train --use-naflex'",
        "--aug-cfg",
        "use_timm=True",
        "naflex=True");
  }
}
