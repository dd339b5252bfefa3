package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.model.ModelFolder;
import org.openclip.testkit.Fixtures;

/** Commands with a model folder that holds an image tower alone. */
@Tag("once")
class ImageTowerCommandsTest {
  @TempDir Path folder;

  private final Path cat = Fixtures.path("preprocess/images/cat.png");

  @BeforeEach
  void writeTower() throws IOException {
    Path whole = Fixtures.path("checkpoints").resolve("vit");
    Map<String, Object> json =
        JSON.std.mapFrom(Files.readAllBytes(whole.resolve(ModelFolder.CONFIG)));
    Map<?, ?> model = (Map<?, ?>) Objects.requireNonNull(json.get("model_cfg"));
    Map<Object, Object> tower = new LinkedHashMap<>(model);
    tower.remove("text_cfg");
    Files.writeString(
        folder.resolve(ModelFolder.CONFIG), JSON.std.asString(Map.of("model_cfg", tower)));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (Weights weights =
        Checkpoints.open(whole.resolve(ModelFolder.CHECKPOINT), PluginRegistry.create())) {
      weights.names().stream()
          .filter(name -> name.startsWith("visual."))
          .forEach(name -> tensors.put(name, weights.get(name)));
      SafetensorsWriter.write(
          folder.resolve(ModelFolder.CHECKPOINT), WeightSource.of(Weights.of(tensors)), Map.of());
    }
  }

  @Test
  void infoSaysThatThereIsNoTextTower() {
    CommandLineRun run = CommandLineRun.of("info", folder.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).containsPattern("text_tower +none").doesNotContain("probabilities");
  }

  @Test
  void imagesAreComparedAndTextsRefused() {
    String model = folder.toString();
    CommandLineRun images =
        CommandLineRun.of("similarity", cat.toString(), cat.toString(), "--model", model);
    CommandLineRun texts =
        CommandLineRun.of("classify", cat.toString(), "a cat", "a dog", "--model", model);

    assertThat(images.code()).as(images.err()).isZero();
    assertThat(images.out()).contains("1.0000");
    assertThat(texts.code()).isEqualTo(1);
    assertThat(texts.err()).contains("without a text tower; it encodes images only");
  }
}
