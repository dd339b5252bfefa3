package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.InvalidInputException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.testkit.Fixtures;

/** The layer groups of towers, as the reference and timm divide them. */
class TowerGroupsTest {
  private static final double BEHIND_ALL = Double.POSITIVE_INFINITY;

  /** What timm merges with the group before. */
  private static final double SAME_AS_BEFORE = 99999;

  private static Architecture model(String name) {
    Path file = Fixtures.path("features/" + name + ".json");
    try {
      Map<String, Object> json = JSON.std.mapFrom(Files.readAllBytes(file));
      Map<String, Object> config = new LinkedHashMap<>();
      ((Map<?, ?>) Objects.requireNonNull(json.get("model_cfg")))
          .forEach((k, v) -> config.put((String) k, v));
      return Architecture.of(ModelConfig.of(config), PluginRegistry.create());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The trained parameters of each group, from the input to the output. */
  private static List<Set<String>> contents(TowerGroups groups, Architecture architecture) {
    List<Set<String>> contents = new ArrayList<>();
    for (int unlocked = groups.names().size(); unlocked > 0; unlocked--) {
      TreeSet<String> group = new TreeSet<>(groups.locked(unlocked - 1));
      group.removeAll(groups.locked(unlocked));
      group.removeIf(
          name -> !Objects.requireNonNull(architecture.parameters().get(name)).trained());
      contents.add(group);
    }
    return contents;
  }

  @ParameterizedTest
  @CsvSource({
    "vit, embeddings layer.0 layer.1 layer.2 proj",
    "resnet, embeddings layer.0 layer.1 layer.2 layer.3 proj",
    "coca, embeddings layer.0 layer.1 proj",
    "convnext, stem stage.0.0 stage.1.0 stage.2.0 stage.2.1 stage.3.0 head proj",
    "vit-relpos, stem layer.0 layer.1 proj",
    "siglip, stem layer.0 layer.1 head",
    "mobileclip-s, stem stage.0.0 stage.1.0 stage.2.0 stage.3.0 head",
  })
  void imageTowersHaveTheGroupsOfTheReference(String name, String groups) {
    assertThat(TowerGroups.image(model(name)).names()).containsExactly(groups.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "vit, true, embeddings layer.0 layer.1 layer.2 proj",
    "siglip, true, embeddings layer.0 layer.1 proj",
    "roberta, false, embeddings layer.0 layer.1 proj",
    "mt5, true, embeddings layer.0 layer.1 proj",
    "nllb, true, embeddings layer.0 layer.1 proj",
    "moderntext, true, embeddings layer.0 layer.1 proj",
  })
  void textTowersHaveTheGroupsOfTheReference(String name, boolean poolerInHead, String groups) {
    assertThat(TowerGroups.text(model(name), poolerInHead).names())
        .containsExactly(groups.split(" "));
  }

  @Test
  void groupsHoldWhatLiesAtTheirDepth() {
    Architecture vit = model("vit");
    List<Set<String>> image = contents(TowerGroups.image(vit), vit);
    assertThat(image.get(0))
        .containsExactly(
            "visual.class_embedding",
            "visual.conv1.weight",
            "visual.ln_pre.bias",
            "visual.ln_pre.weight",
            "visual.positional_embedding");
    assertThat(image.get(3))
        .contains("visual.ln_post.bias", "visual.transformer.resblocks.2.mlp.c_fc.weight")
        .hasSize(14);
    assertThat(image.get(4)).containsExactly("visual.proj");
    List<Set<String>> text = contents(TowerGroups.text(vit, true), vit);
    assertThat(text.get(0)).containsExactly("positional_embedding", "token_embedding.weight");
    assertThat(text.get(3)).contains("ln_final.weight").hasSize(14);
    assertThat(text.get(4)).containsExactly("text_projection");
  }

  /** The reference's groups of these leave out what an attention pool or a last norm has. */
  @Test
  void whatTheReferenceLeavesOutIsLeftOut() {
    Architecture coca = model("coca");
    assertThat(TowerGroups.image(coca).locked(0)).doesNotContain("visual.attn_pool.query");
    assertThat(TowerGroups.text(coca, true).locked(0))
        .contains("text.cls_emb")
        .noneMatch(name -> name.startsWith("text_decoder."));
    assertThat(TowerGroups.text(model("mt5"), true).locked(0))
        .doesNotContain("text.transformer.final_layer_norm.weight");
    assertThat(TowerGroups.text(model("nllb"), true).locked(0))
        .doesNotContain("text.transformer.layer_norm.weight");
  }

  @ParameterizedTest
  @CsvSource({
    "convnext, ^stem, ^stages\\.(\\d+)\\.downsample > 0; ^stages\\.(\\d+)\\.blocks\\.(\\d+);"
        + " ^norm_pre > 99999",
    "convnext-xxlarge, ^stem, ^stages\\.(\\d+)\\.downsample > 0;"
        + " ^stages\\.(\\d+)\\.blocks\\.(\\d+); ^norm_pre > 99999",
    "mobileclip-s, ^stem, ^stages\\.(\\d+).downsample > 0; ^stages\\.(\\d+).pos_emb > 0;"
        + " ^stages\\.(\\d+)\\.\\w+\\.(\\d+)",
    "mobileclip2-s3, ^stem, ^stages\\.(\\d+).downsample > 0; ^stages\\.(\\d+).pos_emb > 0;"
        + " ^stages\\.(\\d+)\\.\\w+\\.(\\d+)",
    "swin, ^patch_embed, ^layers\\.(\\d+).downsample > 0; ^layers\\.(\\d+)\\.\\w+\\.(\\d+);"
        + " ^norm > 99999",
    "vit-relpos, ^cls_token|patch_embed, ^blocks\\.(\\d+); ^norm > 99999",
    "vit-gap, ^cls_token|reg_token|pos_embed|patch_embed, ^blocks\\.(\\d+); ^norm > 99999",
    "siglip, ^cls_token|reg_token|pos_embed|patch_embed, ^blocks\\.(\\d+); ^norm > 99999",
    "pe-core, ^cls_token|reg_token|pos_embed|patch_embed, ^blocks\\.(\\d+); ^norm > 99999",
    "eva02-large, ^cls_token|reg_token|pos_embed|patch_embed, ^blocks\\.(\\d+); ^norm > 99999",
    "naflex-siglip2, ^embeds, ^blocks\\.(\\d+); ^norm > 99999",
  })
  void trunksAreDividedAsByTimmsMatchers(String name, String stem, String blocks) {
    Architecture architecture = model(name);
    TreeMap<List<Double>, Set<String>> expected = new TreeMap<>(TowerGroupsTest::compare);
    architecture
        .parameters()
        .forEach(
            (parameter, p) -> {
              if (p.trained() && parameter.startsWith("visual.trunk.")) {
                String own = parameter.substring("visual.trunk.".length());
                expected
                    .computeIfAbsent(key(own, stem, blocks), k -> new TreeSet<>())
                    .add(parameter);
              }
            });
    List<Set<String>> merged = new ArrayList<>();
    expected.forEach(
        (key, parameters) -> {
          if (key.getLast() == SAME_AS_BEFORE) {
            merged.getLast().addAll(parameters);
          } else {
            merged.add(parameters);
          }
        });
    TreeSet<String> head = new TreeSet<>();
    architecture.parameters().keySet().stream()
        .filter(parameter -> parameter.startsWith("visual.head."))
        .forEach(head::add);
    if (!head.isEmpty()) {
      merged.add(head);
    }

    assertThat(contents(TowerGroups.image(architecture), architecture)).isEqualTo(merged);
  }

  private static int compare(List<Double> a, List<Double> b) {
    return Arrays.compare(a.toArray(Double[]::new), b.toArray(Double[]::new));
  }

  /** timm's place of a parameter: numbers that are compared one after the other. */
  private static List<Double> key(String name, String stem, String blocks) {
    if (Pattern.compile(stem).matcher(name).lookingAt()) {
      return List.of(0.0);
    }
    for (String rule : blocks.split(";", -1)) {
      String[] parts = rule.trim().split(" > ", -1);
      Matcher matcher = Pattern.compile(parts[0]).matcher(name);
      if (matcher.lookingAt()) {
        List<Double> key = new ArrayList<>(List.of(1.0));
        for (int i = 1; i <= matcher.groupCount(); i++) {
          key.add(Double.valueOf(matcher.group(i)));
        }
        if (parts.length > 1) {
          key.add(Double.valueOf(parts[1]));
        }
        return key;
      }
    }
    return List.of(BEHIND_ALL);
  }

  @Test
  void everyTowersGroupsHoldAllButWhatTheReferenceLeavesOut() throws IOException {
    Pattern leftOut =
        Pattern.compile(
            "visual\\.attn_pool\\..*|text\\.transformer\\.(final_layer_norm|layer_norm|final_norm)"
                + "\\..*|text_decoder\\..*|logit_(scale|bias)");
    Path folder = Fixtures.path("features");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        String name = file.getFileName().toString().replace(".json", "");
        Architecture architecture = model(name);
        TreeSet<String> free = new TreeSet<>();
        for (Map.Entry<String, LeafOp.Parameter> each : architecture.parameters().entrySet()) {
          if (each.getValue().trained()) {
            free.add(each.getKey());
          }
        }
        free.removeAll(TowerGroups.image(architecture).locked(0));
        free.removeAll(TowerGroups.text(architecture, true).locked(0));
        assertThat(free).as(name).allMatch(p -> leftOut.matcher(p).matches()).isNotEmpty();
      }
    }
  }

  @Test
  void ratesFallByOnePowerAGroup() {
    Map<String, Double> rates = TowerGroups.image(model("vit")).rates(0.5);
    assertThat(rates)
        .containsEntry("visual.proj", 1.0)
        .containsEntry("visual.ln_post.weight", 0.5)
        .containsEntry("visual.transformer.resblocks.0.ln_1.bias", 0.125)
        .containsEntry("visual.conv1.weight", 0.0625)
        .doesNotContainKey("logit_scale");
    assertThatThrownBy(() -> TowerGroups.image(model("vit")).rates(1.1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1.1");
  }

  @Test
  void moreGroupsThanThereAreAreRefused() {
    assertThatThrownBy(() -> TowerGroups.image(model("vit")).locked(6))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the tower has 5: embeddings, layer.0");
    assertThat(TowerGroups.image(model("vit")).locked(5)).isEmpty();
  }

  @Test
  void statisticsOfLockedStagesAreNamed() {
    TowerGroups groups = TowerGroups.image(model("resnet"));
    assertThat(TowerGroups.statistics(groups.locked(2)))
        .contains("visual.bn1.running_mean", "visual.layer3.0.bn2.running_mean")
        .noneMatch(name -> name.startsWith("visual.layer4."));
  }
}
