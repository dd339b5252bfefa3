package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.model.ModelFolder;
import org.openclip.testkit.Fixtures;

/** {@code openclip convert --force-naflex-vision}. */
@Tag("once")
class ConvertNaFlexTest {
  @TempDir Path folder;

  private CommandLineRun convert(String name, String... more) {
    Path model = Fixtures.path("checkpoints").resolve(name);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "convert",
                model.resolve(ModelFolder.CHECKPOINT).toString(),
                folder.resolve("converted").toString()));
    arguments.addAll(List.of("--model", "local-dir:" + model, "--force-naflex-vision"));
    arguments.addAll(List.of(more));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }

  private Path picture(int width, int height) throws IOException {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        picture.setRGB(x, y, (x * 50_000) ^ (y * 777));
      }
    }
    Path file = folder.resolve(width + "x" + height + ".png");
    ImageIO.write(picture, "png", file.toFile());
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit", "siglip"})
  void aConvertedModelSeesWholeImages(String name) throws IOException {
    CommandLineRun run = convert(name);
    assertThat(run.code()).as(run.err()).isZero();

    Path original = Fixtures.path("checkpoints").resolve(name);
    int side = OpenClip.model("local-dir:" + original).architecture().imageEncoder().height();
    try (ClipModel before = OpenClip.model("local-dir:" + original).load();
        ClipModel after = OpenClip.load("local-dir:" + folder.resolve("converted"))) {
      List<Path> square = List.of(picture(side, side));
      List<Path> wide = List.of(picture(3 * side, side));
      // Of its own size, an image has the features of the model before.
      float[] expected = before.encodeImages(square).row(0);
      assertThat(after.encodeImages(square).row(0)).containsExactly(expected, within(1e-4f));
      float[] whole = after.encodeImages(wide).row(0);
      assertThat(before.encodeImages(wide).row(0)).isNotEqualTo(whole);
    }
  }

  @Test
  void whatCannotBeConvertedIsRefused() {
    CommandLineRun alone =
        CommandLineRun.of("convert", "x.pt", folder.toString(), "--force-naflex-vision");
    assertThat(alone.code()).isEqualTo(2);
    assertThat(alone.err()).contains("--force-naflex-vision needs --model");

    CommandLineRun coca = convert("coca");
    assertThat(coca.code()).isNotZero();
    assertThat(coca.err()).contains("cannot be converted to NaFlex");
    assertThat(folder.resolve("converted").resolve(ModelFolder.CHECKPOINT)).doesNotExist();
  }
}
