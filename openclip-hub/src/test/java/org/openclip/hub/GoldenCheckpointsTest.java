package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.testkit.Goldens;
import org.openclip.testkit.Fixtures;

/** Checkpoints as they are found in the wild, good and bad. */
@Tag("golden-checkpoints")
class GoldenCheckpointsTest {
  @Test
  void foldersAnswerLikeTheModelTheyHold() {
    for (Path folder : CheckpointFolders.all()) {
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
    for (Path file : files("bad-safetensors")) {
      int shortest = Integer.MAX_VALUE;
      for (Path folder : CheckpointFolders.all()) {
        Throwable error =
            catchThrowable(() -> OpenClip.load("local-dir:" + folder, file.toString()).close());
        assertThat(error)
            .as(file.toString())
            .isInstanceOfAny(InvalidFileException.class, WeightsMismatchException.class)
            .hasMessageContaining(file.toString());
        assertThat(error.getMessage()).doesNotContain("\n");
        shortest = Math.min(shortest, error.getMessage().length());
      }
      assertThat(shortest).as("the error about the model that fits %s best", file).isLessThan(1000);
    }
  }

  /** Returns the files of a folder of checkpoints; none is a failure. */
  private static List<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(Goldens.path("checkpoints").resolve(folder))) {
      List<Path> found = files.sorted().toList();
      assertThat(found).as("checkpoints in " + folder).isNotEmpty();
      return found;
    }
  }

  @Test
  void aFileWithOtherKeysListsThemByName() {
    String model = "local-dir:" + Fixtures.path("checkpoints/vit");
    Path file = Fixtures.path("checkpoints/bad-safetensors/wrong-keys.safetensors");

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

  /** Files that cannot be read as weights end in one clear error instead, with nothing run. */
  @Test
  void filesOfPyTorchAnswerLikeTheModelTheyHold() throws IOException {
    int compared = 0;
    for (Path file : files("torch")) {
      DataType type;
      try (Weights weights = Checkpoints.open(file, PluginRegistry.create())) {
        type = CheckpointFolders.narrowest(weights);
      } catch (InvalidFileException e) {
        assertThat(e).hasMessageContaining(file.toString());
        assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(1000);
        continue;
      }
      Path folder = CheckpointFolders.fitting(file);
      try (ClipModel loaded = OpenClip.load("local-dir:" + folder, file.toString())) {
        compare(file.toString(), loaded, folder, CheckpointFolders.tolerance(type));
      }
      compared++;
    }
    assumeTrue(compared > 0, "no file of PyTorch here holds weights");
  }

  @Test
  void tensorsOfAnArchiveAreMapped() {
    Path file = Fixtures.path("checkpoints/torch/open_clip_pytorch_model.bin");
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
                    Fixtures.path("checkpoints/torch/evil.bin"), PluginRegistry.create()))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("'posix.system'")
        .hasMessageContaining("no code was run");
    assertThat(trace).doesNotExist();
  }

  @Test
  void aTruncatedArchiveIsSaidToBeOne() {
    assertThatThrownBy(
            () ->
                Checkpoints.open(
                    Fixtures.path("checkpoints/torch/truncated.bin"), PluginRegistry.create()))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("truncated");
  }
}
