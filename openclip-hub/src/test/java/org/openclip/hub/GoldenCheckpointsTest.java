package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidFileException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.testkit.Goldens;

/** Checkpoints as they are found in the wild, good and bad. */
@Tag("golden-checkpoints")
class GoldenCheckpointsTest {
  @Test
  void foldersAnswerLikeTheModelTheyHold() throws IOException {
    List<Path> folders = CheckpointFolders.all();
    assertThat(folders).isNotEmpty();
    for (Path folder : folders) {
      try (ClipModel model = OpenClip.load("local-dir:" + folder)) {
        String name = String.valueOf(folder.getFileName());
        compare(name, model, folder, CheckpointFolders.tolerance(folder));
      }
    }
  }

  private static void compare(String name, ClipModel model, Path folder, double tolerance) {
    Map<String, Object> golden = CheckpointFolders.features(folder);
    double[] shape = Goldens.doubles(Goldens.get(golden, "image_shape"));
    Goldens.assertClose(
        name,
        model.encodePixels(
            Goldens.picture(
                (String) Goldens.get(golden, "image"),
                (int) shape[0],
                (int) shape[2],
                (int) shape[3])),
        Goldens.matrix(Goldens.get(golden, "image_features")),
        tolerance);
    Goldens.assertClose(
        name,
        model.encodeTokens(Goldens.tokens(Goldens.get(golden, "tokens"))),
        Goldens.matrix(Goldens.get(golden, "text_features")),
        tolerance);
  }

  @Test
  void everyBadFileEndsInOneClearError() throws IOException {
    List<Path> bad;
    try (Stream<Path> files = Files.list(Goldens.path("checkpoints/bad-safetensors"))) {
      bad = files.sorted().toList();
    }
    assertThat(bad).hasSizeGreaterThanOrEqualTo(7);
    String model = "local-dir:" + Goldens.path("checkpoints/vit");
    for (Path file : bad) {
      assertThatThrownBy(() -> OpenClip.load(model, file.toString()).close())
          .as(file.toString())
          .isInstanceOfAny(InvalidFileException.class, WeightsMismatchException.class)
          .hasMessageContaining(file.toString())
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(1000));
    }
  }

  @Test
  void aFileWithOtherKeysListsThemByName() {
    String model = "local-dir:" + Goldens.path("checkpoints/vit");
    Path file = Goldens.path("checkpoints/bad-safetensors/wrong-keys.safetensors");

    assertThatThrownBy(() -> OpenClip.load(model, file.toString()).close())
        .isInstanceOfSatisfying(
            WeightsMismatchException.class,
            e -> {
              assertThat(e.unexpected()).containsExactly("extra.weight[3]");
              assertThat(e.missing()).isNotEmpty();
              assertThat(e.misshaped())
                  .containsExactly("ln_final.bias is FLOAT32[7], not FLOAT32[48]");
            });
  }

  @Test
  void filesOfPyTorchAnswerLikeTheModelTheyHold() {
    String model = "local-dir:" + Goldens.path("checkpoints/vit");
    Map<String, Double> files =
        Map.of(
            "open_clip_pytorch_model.bin",
            5e-5,
            "legacy.pt",
            5e-5,
            "epoch_3.pt",
            5e-5,
            "half.bin",
            2e-3);
    files.forEach(
        (file, tolerance) -> {
          Path path = Goldens.path("checkpoints/torch/" + file);
          try (ClipModel loaded = OpenClip.load(model, path.toString())) {
            compare(file, loaded, Goldens.path("checkpoints/vit"), tolerance);
          }
        });
  }

  @Test
  void tensorsOfAnArchiveAreMapped() {
    Path file = Goldens.path("checkpoints/torch/open_clip_pytorch_model.bin");
    try (Weights weights = Checkpoints.open(file, PluginRegistry.create())) {
      assertThat(weights.names())
          .allSatisfy(name -> assertThat(weights.get(name).data().isReadOnly()).isTrue());
    }
  }

  @Test
  void aPickleThatRunsACommandIsRefusedByItsName() {
    Path trace = Path.of("/tmp/openclip-pwned");
    assertThat(trace).doesNotExist();

    assertThatThrownBy(
            () ->
                Checkpoints.open(
                    Goldens.path("checkpoints/torch/evil.bin"), PluginRegistry.create()))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("'posix.system'")
        .hasMessageContaining("nothing was run");
    assertThat(trace).doesNotExist();
  }

  @Test
  void aTruncatedArchiveIsSaidToBeOne() {
    assertThatThrownBy(
            () ->
                Checkpoints.open(
                    Goldens.path("checkpoints/torch/truncated.bin"), PluginRegistry.create()))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("truncated");
  }
}
