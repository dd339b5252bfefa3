package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the training of a generative model refuses, and what it says then. */
class TrainGenerativeBadInputTest {
  @TempDir static Path folder;

  private static GenerativeRuns generative;

  @BeforeAll
  static void makeData() throws IOException {
    generative = GenerativeRuns.in(folder);
  }

  private static void assertRefused(String message, String... flags) {
    Map<String, String> usual = new TreeMap<>(generative.runs().flags("bad"));
    usual.put("--train-data", generative.runs().table().toString());
    ColourRuns.Run run = ColourRuns.run(usual, flags);
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(folder.resolve("logs/bad")).doesNotExist();
  }

  @Test
  void flagsThatDoNotSuitGenerativeModels() {
    assertRefused(
        "--accum-freq does not support generative models such as local-dir:", "--accum-freq", "2");
    assertRefused("--siglip does not support generative models", "--siglip");
    assertRefused("--lock-image does not support generative models", "--lock-image");
    assertRefused(
        "--visual-layer-decay does not support generative models", "--image-layer-decay", "0.5");
    assertRefused("--imagenet-val does not support generative models", "--imagenet-val", "x");
    assertRefused("--loss-tiles does not support --use-naflex", "--loss-tiles", "2");
  }

  @Test
  void sizesThatDoNotFit() {
    assertRefused(
        "--naflex-patch-sizes [8]: local-dir:" + folder.resolve("model") + " has the patch size 4",
        "--naflex-patch-sizes",
        "8");
    assertRefused(
        "--naflex-max-tokens-per-batch: a batch of 20 tokens is smaller than one image of 9"
            + " patches with a text of 12 tokens",
        "--naflex-seq-lens",
        "9",
        "--naflex-max-tokens-per-batch",
        "20");
    assertRefused(
        "--naflex-max-text-tokens is 1, but must be at least 2", "--naflex-max-text-tokens", "1");
  }

  @Test
  void modelsOfOtherKinds() {
    assertRefused(
        "--naflex-max-text-tokens is for generative models (GenLIP, GenLAP), which ViT-B-32 is not",
        "--model",
        "ViT-B-32",
        "--use-naflex",
        "--naflex-max-text-tokens",
        "9");
    assertRefused(
        "--aug-cfg is for models of images, and naflexgenlap_test_1d is a model of sounds",
        "--model",
        "naflexgenlap_test_1d",
        "--aug-cfg",
        "scale=0.5,1");
    assertRefused(
        "--naflex-pad-multiple is for models of sounds, and local-dir:",
        "--naflex-pad-multiple",
        "8");
  }
}
