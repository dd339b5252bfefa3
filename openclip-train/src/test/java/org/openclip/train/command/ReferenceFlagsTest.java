package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.train.command.flag.ReferenceFlags;

/** Every flag of the reference, what docs/training.md says of it, and what becomes of it. */
class ReferenceFlagsTest {
  private static final Pattern FLAG = Pattern.compile("`(--[a-z0-9-]+)`");

  @TempDir Path folder;

  private static List<String> names() throws IOException {
    try (InputStream stream = ReferenceFlagsTest.class.getResourceAsStream("reference-flags.txt")) {
      return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .toList();
    }
  }

  /** Returns what the documentation says of each flag. */
  private static Map<String, String> documented() throws IOException {
    String page =
        Files.readString(Path.of(System.getProperty("openclip.project"), "docs/training.md"));
    Map<String, String> documented = new LinkedHashMap<>();
    for (String line : page.substring(page.indexOf("## The reference's flags")).lines().toList()) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 4) {
        Matcher flag = FLAG.matcher(cells[1]);
        while (flag.find()) {
          assertThat(documented.put(flag.group(1), cells[2].strip())).as(line).isNull();
        }
      }
    }
    return documented;
  }

  @Test
  void everyFlagIsDocumentedAndBecomesWhatIsSaid() throws IOException {
    Map<String, String> documented = documented();
    assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(names());
    String help = ColourRuns.Run.of("train", "--help").out();
    documented.forEach(
        (flag, fate) -> {
          ReferenceFlags.Sorted sorted = ReferenceFlags.sort(List.of(flag, "--help"));
          if (fate.startsWith("refused")) {
            ColourRuns.Run run = ColourRuns.Run.of("train", "--train-data", "x.tar", flag, "1");
            assertThat(run.code()).as(flag).isEqualTo(2);
            assertThat(run.err()).startsWith("openclip: " + flag + " is not supported: ");
          } else if (fate.startsWith("nothing to do")) {
            assertThat(sorted.error()).as(flag).isNull();
            assertThat(sorted.kept()).containsExactly("--help");
            assertThat(sorted.notes()).hasSize(1).first().asString().startsWith(flag + " does no");
          } else if (!flag.equals("--debug")) {
            assertThat(sorted.kept()).containsExactly(flag, "--help");
            assertThat(help).containsPattern("(^|[ ,])" + flag + "[ =,\\[\\n]");
          }
        });
    assertThat(ColourRuns.Run.of("train", "--debug", "--help").code()).isZero();
  }

  @Test
  void aScriptOfTheReferenceMovesOver() throws IOException {
    ColourRuns runs = ColourRuns.in(folder);
    ColourRuns.Run run =
        runs.train(
            "script",
            "--precision",
            "amp",
            "--epochs",
            "1",
            "--dataset-type",
            "auto",
            "--local-loss",
            "--gather-with-grad",
            "--dist-url=env://",
            "--dist-backend",
            "nccl",
            "--use-bn-sync",
            "--torchcompile",
            "--device",
            "cuda",
            "--aug-cfg",
            "scale=0.5,1.0",
            "color_jitter_prob=0.1",
            "--image-mean",
            "0.5",
            "0.5",
            "0.5",
            "--image-std",
            "0.25",
            "--image-interpolation",
            "bilinear",
            "--image-resize-mode",
            "squash",
            "--force-context-length",
            "6",
            "--force-image-size",
            "24",
            "16",
            "--force-custom-text",
            "--force-quick-gelu",
            "--pretrained",
            "",
            "--save-most-recent",
            "--log-every-n-steps",
            "1",
            "--log-metric-every-n-steps",
            "2",
            "--report-to",
            "tensorboard",
            "--copy-codebase",
            "--val-retrieval-chunk-size",
            "1024");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("--dist-backend does nothing: processes communicate through TensorFlow servers")
        .contains("computing in bfloat16")
        .contains("epoch 0 step 4/4  loss ");
    assertThat(runs.log("script", "checkpoints/epoch_1/open_clip_config.json"))
        .content()
        .contains("\"custom_text\"", "\"quick_gelu\"", "bilinear", "squash", "0.25")
        .containsPattern("\"context_length\"\\s*:\\s*6");
    assertThat(runs.log("script", "checkpoints/epoch_latest/training.json")).exists();
  }

  @Test
  void timmsAugmentationMovesOver() throws IOException {
    ColourRuns runs = ColourRuns.in(folder);
    String[] timm = {
      "--epochs",
      "1",
      "--image-interpolation",
      "random",
      "--aug-cfg",
      "use_timm=True",
      "scale=(0.4, 1.0)",
      "ratio=(0.5, 2.0)",
      "color_jitter=0.4",
      "color_jitter_prob=0.8",
      "re_prob=0.5",
      "re_count=2",
      "gray_scale_prob=None"
    };
    ColourRuns.Run run = runs.train("timm", timm);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("--aug-cfg color_jitter_prob has no effect with use_timm")
        .contains("done after 4 steps; 0 samples were skipped");
    assertThat(runs.log("timm", "checkpoints/epoch_1/open_clip_config.json"))
        .content()
        .containsPattern("\"interpolation\"\\s*:\\s*\"random\"");
    String[] unknown = Arrays.copyOf(timm, timm.length + 1);
    unknown[timm.length] = "auto_augment=rand-m9-mstd0.5-inc1";
    assertThat(runs.train("auto", unknown).err())
        .contains("aug_cfg.auto_augment': is not known")
        .contains("Known keys: use_timm, naflex, scale");
  }

  @Test
  void nothingIsKeptWithoutLogs() throws IOException {
    ColourRuns runs = ColourRuns.in(folder);
    ColourRuns.Run run = runs.train("nothing", "--epochs", "1", "--logs", "None");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folder.resolve("logs")).doesNotExist();
    assertThat(Path.of("None")).doesNotExist();
  }

  @Test
  void wrongValuesAreSaid() {
    assertThat(train("--report-to", "wandb,tensorboard").err()).contains("use tensorboard");
    assertThat(train("--precision", "pure_bf16").err()).contains("amp_bf16");
    assertThat(train("--image-mean", "0.5", "0.5").err()).contains("two numbers");
    assertThat(train("--distill-model", "RN50").err()).contains("must be given together");
    assertThat(train("--remote-sync-protocol", "ftp").err()).contains("fsspec");
    assertThat(train("--dataset-type", "webdataset-audio", "--train-data", "x").err())
        .contains("is for models of sounds; use webdataset");
    assertThat(train("--dataset-type", "parquet", "--train-data", "x").err())
        .contains("webdataset-audio, csv");
  }

  private static ColourRuns.Run train(String... flags) {
    Map<String, String> usual = new LinkedHashMap<>();
    usual.put("--model", "ViT-B-32");
    usual.put("--dataset-type", "synthetic");
    usual.put("--train-num-samples", "100");
    usual.put("--logs", "none");
    ColourRuns.Run run = ColourRuns.run(usual, flags);
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    return run;
  }
}
