package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.train.command.ColourRuns.Run;

/** What {@code openclip train} leaves as it is when it is told to. */
class TrainLocksTest {
  private static final String RESNET =
      """
      {"model_cfg": {"embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "head_width": 16,
          "patch_size": null},
        "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 1}},
       "preprocess_cfg": {"size": 32}}
      """;

  @TempDir static Path folder;

  private static ColourRuns runs;

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.ofShapes(folder, 2, 1);
    runs.model("resnet", RESNET);
  }

  private static Run train(String name, String model, String... more) {
    List<String> flags =
        new ArrayList<>(
            List.of("--batch-size", "12", "--workers", "1", "--skip-scheduler", "--model"));
    flags.add("local-dir:" + folder.resolve(model));
    flags.addAll(List.of(more));
    return runs.train(name, flags.toArray(String[]::new));
  }

  private static Map<String, float[]> weights(String run, int epoch) {
    Path file = runs.checkpoint(run, "epoch_" + epoch).resolve("open_clip_model.safetensors");
    Map<String, float[]> weights = new TreeMap<>();
    try (Weights opened = Checkpoints.open(file, PluginRegistry.create())) {
      for (String name : opened.names()) {
        if (opened.get(name).type() == DataType.FLOAT32) {
          weights.put(name, opened.get(name).toFloats());
        } else {
          weights.put(name, new float[] {opened.get(name).toLongs()[0]});
        }
      }
    }
    return weights;
  }

  /** Trains two epochs and returns what was the same after both. */
  private static Set<String> unchanged(String name, String model, String... more) {
    List<String> flags = new ArrayList<>(List.of("--epochs", "2", "--lr", "1e-3"));
    flags.addAll(List.of(more));
    Run run = train(name, model, flags.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    Map<String, float[]> first = weights(name, 1);
    Map<String, float[]> second = weights(name, 2);
    TreeSet<String> same = new TreeSet<>();
    first.forEach(
        (parameter, values) -> {
          if (java.util.Arrays.equals(values, second.get(parameter))) {
            same.add(parameter);
          }
        });
    return same;
  }

  @Test
  void bothTowersAreLockedButForTheirLastGroups() {
    Set<String> same =
        unchanged(
            "groups",
            "model",
            "--lock-image",
            "--lock-image-unlocked-groups",
            "2",
            "--lock-text",
            "--lock-text-unlocked-layers",
            "1",
            "--lock-text-freeze-layer-norm");

    assertThat(same)
        .contains(
            "visual.conv1.weight",
            "visual.class_embedding",
            "visual.transformer.resblocks.0.mlp.c_fc.weight",
            "token_embedding.weight",
            "transformer.resblocks.1.mlp.c_fc.weight",
            "ln_final.weight")
        .doesNotContain(
            "visual.transformer.resblocks.1.mlp.c_fc.weight",
            "visual.ln_post.weight",
            "visual.proj",
            "text_projection",
            "logit_scale");
  }

  @Test
  void lockedBatchNormsKeepTheirStatisticsOnlyWhenTold() {
    Set<String> moving = unchanged("moving", "resnet", "--lock-image");
    Set<String> frozen =
        unchanged(
            "frozen",
            "resnet",
            "--lock-image",
            "--lock-image-unlocked-groups",
            "1",
            "--lock-image-freeze-bn-stats");

    assertThat(moving)
        .contains("visual.layer1.0.conv1.weight", "visual.attnpool.c_proj.weight")
        .doesNotContain("visual.bn1.running_mean", "visual.layer4.0.bn1.num_batches_tracked");
    assertThat(frozen)
        .contains(
            "visual.bn1.running_mean",
            "visual.layer4.0.bn3.running_var",
            "visual.layer4.0.bn1.num_batches_tracked")
        .doesNotContain("visual.attnpool.c_proj.weight");
  }

  @Test
  void groupsLearnAtRatesThatFallTowardsTheInput() {
    assertThat(train("start", "model", "--epochs", "1", "--lr", "1e-3").code()).isZero();
    Path start = folder.resolve("logs/start/checkpoints/epoch_1/open_clip_model.safetensors");

    // Lion moves every number by the learning rate itself.
    Run run =
        train(
            "decayed",
            "model",
            "--pretrained",
            start.toString(),
            "--epochs",
            "1",
            "--opt",
            "lion",
            "--lr",
            "1e-2",
            "--wd",
            "0",
            "--visual-layer-decay",
            "0.5",
            "--text-layer-decay",
            "0.1");

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, float[]> before = weights("start", 1);
    Map<String, float[]> after = weights("decayed", 1);
    Map.of(
            "visual.proj", 1e-2,
            "visual.ln_post.bias", 5e-3,
            "visual.transformer.resblocks.0.attn.in_proj_weight", 2.5e-3,
            "visual.conv1.weight", 1.25e-3,
            "text_projection", 1e-2,
            "transformer.resblocks.1.mlp.c_proj.bias", 1e-3,
            "logit_scale", 1e-2)
        .forEach(
            (name, step) -> {
              double largest = 0;
              for (int i = 0; i < before.get(name).length; i++) {
                largest = Math.max(largest, Math.abs(after.get(name)[i] - before.get(name)[i]));
              }
              assertThat(largest).as(name).isCloseTo(step, Offset.offset(1e-6));
            });
  }

  @Test
  void whatDoesNotFitTheTowersIsSaid() {
    assertThat(train("bad1", "model", "--lock-image", "--lock-image-unlocked-groups", "9").err())
        .contains("--lock-image-unlocked-groups")
        .contains("the tower has 4: embeddings, layer.0, layer.1, proj");
    assertThat(train("bad2", "model", "--lock-image-unlocked-groups", "1").err())
        .contains("needs --lock-image");
    assertThat(train("bad3", "model", "--text-layer-decay", "1.5").err())
        .contains("--text-layer-decay")
        .contains("1.5");
  }

  @Test
  void parametersThatAreNamedDoNotDecay() {
    // Without a gradient nothing but decay moves the embeddings of tokens that no caption has.
    List<String> flags = List.of("--epochs", "2", "--lr", "1e-3", "--wd", "0.5");
    List<String> more = new ArrayList<>(flags);
    more.addAll(List.of("--wd-exclude", "token_*.weight", "visual.*"));
    assertThat(train("decays", "model", flags.toArray(String[]::new)).code()).isZero();
    assertThat(train("spared", "model", more.toArray(String[]::new)).code()).isZero();

    String name = "token_embedding.weight";
    assertThat(weights("decays", 2).get(name)[0]).isNotEqualTo(weights("decays", 1).get(name)[0]);
    assertThat(weights("spared", 2).get(name)[0]).isEqualTo(weights("spared", 1).get(name)[0]);
  }
}
