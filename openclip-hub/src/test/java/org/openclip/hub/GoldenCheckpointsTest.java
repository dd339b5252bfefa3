package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.ClipModel;
import org.openclip.api.InvalidFileException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.WeightsMismatchException;

/** Checkpoints as they are found in the wild, good and bad. */
@Tag("golden-checkpoints")
class GoldenCheckpointsTest {
  /** Families that no encoder knows yet; {@code torch} is a format that no plugin reads yet. */
  private static final Set<String> NOT_YET = Set.of("siglip", "coca", "torch");

  private static List<Path> folders() throws IOException {
    try (Stream<Path> files = Files.list(Goldens.path("checkpoints"))) {
      return files.filter(Files::isDirectory).sorted().toList();
    }
  }

  @Test
  void foldersAnswerLikeTheModelTheyHold() throws IOException {
    List<String> compared = new ArrayList<>();
    for (Path folder : folders()) {
      String name = String.valueOf(folder.getFileName());
      if (NOT_YET.contains(name) || name.startsWith("bad-")) {
        continue;
      }
      String family = name.replaceAll("-(b?float16)$", "");
      double tolerance =
          name.endsWith("-float16") ? 2e-3 : name.endsWith("-bfloat16") ? 2e-2 : 5e-5;
      Map<String, Object> golden = Goldens.object(Goldens.path("features/" + family + ".json"));
      double[] shape = Goldens.doubles(Goldens.get(golden, "image_shape"));
      try (ClipModel model = OpenClip.load("local-dir:" + folder)) {
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
      compared.add(name);
    }
    assertThat(compared).contains("vit", "vit-float16", "vit-bfloat16");
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
  void formatsThatNobodyReadsAreSaidToBeUnknown() throws IOException {
    PluginRegistry plugins = PluginRegistry.create();
    try (Stream<Path> files = Files.list(Goldens.path("checkpoints/torch"))) {
      for (Path file : files.toList()) {
        assertThatThrownBy(() -> Checkpoints.open(file, plugins))
            .isInstanceOf(InvalidFileException.class)
            .hasMessageContaining("safetensors");
      }
    }
  }
}
