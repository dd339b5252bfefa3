package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.DrawnPictures;

class HeatmapCommandTest {
  @TempDir Path folder;

  /** A heart to the left and a tree to the right, each of 128 x 128 pixels, on white. */
  private Path two(int height) throws IOException {
    BufferedImage both = new BufferedImage(256, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = both.createGraphics();
    pen.setColor(Color.WHITE);
    pen.fillRect(0, 0, 256, height);
    Map<String, byte[]> drawn = DrawnPictures.all();
    draw(pen, drawn.get("red heart"), 0, (height - 128) / 2);
    draw(pen, drawn.get("evergreen tree"), 128, (height - 128) / 2);
    pen.dispose();
    Path file = folder.resolve("two.png");
    ImageIO.write(both, "png", file.toFile());
    return file;
  }

  private static void draw(Graphics2D pen, byte[] png, int left, int top) throws IOException {
    pen.drawImage(ImageIO.read(new ByteArrayInputStream(png)), left, top, null);
  }

  @Test
  void eachTextIsFoundWhereItIs() throws IOException {
    Path map = folder.resolve("map.png");
    Path numbers = folder.resolve("map.npy");

    CommandLineRun run =
        CommandLineRun.of(
            "heatmap",
            two(256).toString(),
            "red heart",
            "evergreen tree",
            "-m",
            "emoji-RN",
            "-p",
            "embedded",
            "--set",
            "vision_cfg.image_size=128",
            "-o",
            map.toString(),
            "--npy",
            numbers.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines().get(1)).matches("red heart +\\S+ +\\S+ +(32|96) +\\d+");
    assertThat(run.lines().get(2)).matches("evergreen tree +\\S+ +\\S+ +(160|224) +\\d+");
    BufferedImage panels = ImageIO.read(map.toFile());
    assertThat(panels.getWidth()).isEqualTo(2 * 256 + 8);
    assertThat(panels.getHeight()).isEqualTo(256);
    assertThat(warmth(panels, 64)).isGreaterThan(warmth(panels, 192));
    assertThat(warmth(panels, 264 + 64)).isLessThan(warmth(panels, 264 + 192));
    byte[] bytes = Files.readAllBytes(numbers);
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("'shape': (2, 4, 4)");
    assertThat(bytes).hasSize(128 + 4 * 2 * 16);
  }

  /** Red minus blue of a place; drawings are grey under the map. */
  private static int warmth(BufferedImage picture, int x) {
    int rgb = picture.getRGB(x, 128);
    return (rgb >> 16 & 0xff) - (rgb & 0xff);
  }

  @Test
  void whatACentreCropCutsOffIsDark() throws IOException {
    Path map = folder.resolve("attention.png");

    CommandLineRun run =
        CommandLineRun.of(
            "heatmap",
            two(128).toString(),
            "--attention",
            "-m",
            "emoji-RN",
            "-p",
            "embedded",
            "-o",
            map.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines().get(1)).startsWith("attention ");
    BufferedImage picture = ImageIO.read(map.toFile());
    assertThat(picture.getRGB(10, 3) & 0xffffff).isEqualTo(0x595959);
    assertThat(picture.getRGB(128, 3) & 0xffffff).isNotEqualTo(0x595959);
  }

  @Test
  void aSquashedImageIsSeenAsAWhole() throws IOException {
    Path map = folder.resolve("squashed.png");

    CommandLineRun run =
        CommandLineRun.of(
            "heatmap",
            two(128).toString(),
            "red heart",
            "evergreen tree",
            "-m",
            "emoji-RN",
            "-p",
            "embedded",
            "--resize-mode",
            "squash",
            "-o",
            map.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines().get(1)).matches("red heart +\\S+ +\\S+ +64 +\\d+");
    assertThat(run.lines().get(2)).matches("evergreen tree +\\S+ +\\S+ +192 +\\d+");
  }

  @Test
  void whatCannotBeDrawnIsSaid() throws IOException {
    String image = two(128).toString();
    String convolutional =
        TinyModels.write(
            folder.resolve("convnext"),
            Map.of(
                "embed_dim",
                16,
                "vision_cfg",
                Map.of(
                    "image_size",
                    32,
                    "timm_model_name",
                    "convnext_tiny",
                    "timm_pool",
                    "",
                    "timm_model_kwargs",
                    Map.of("depths", List.of(1, 1), "dims", List.of(8, 16))),
                "text_cfg",
                Map.of("width", 16, "heads", 2, "layers", 1)));
    String map = folder.resolve("map.png").toString();

    for (String[] half : new String[][] {{"heatmap"}, {"heatmap", image, "x"}}) {
      assertThat(CommandLineRun.of(half).code()).isEqualTo(2);
      assertThat(CommandLineRun.of(half).err()).contains("give an image, and the file to write");
    }
    assertThat(CommandLineRun.of("heatmap", image, "-o", map).err())
        .contains("give a text to find in the image, or --attention");
    assertThat(CommandLineRun.of("heatmap", image, "x", "-o", "map.gif").err())
        .contains("--output is 'map.gif', but must end in .png");
    assertThat(CommandLineRun.of("heatmap", image, "x", "--form", "no", "-o", map).err())
        .contains("--form is 'no', but must be tokens, maskclip, sclip or clearclip");
    assertThat(
            CommandLineRun.of("heatmap", image, "--attention", "-m", convolutional, "-o", map)
                .err())
        .contains("has no attention; leave out --attention");
    assertThat(Files.exists(Path.of(map))).isFalse();
  }
}
