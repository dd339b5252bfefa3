package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.PretrainedTags;

/** The model that comes with the jars. */
class EmbeddedModelTest {
  private static final List<String> NAMES =
      List.of("red heart", "slightly smiling face", "evergreen tree", "blue car", "pizza");

  @TempDir Path folder;

  @Test
  void knowsASmile() throws IOException {
    try (ClipModel model = OpenClip.load()) {
      float[][] probabilities =
          model.probabilities(
              model.encodeImages(List.of(smile(folder.resolve("smile.png")))),
              model.encodeTexts(NAMES));

      assertThat(probabilities[0][1]).isGreaterThan(0.5f);
    }
  }

  private static Path smile(Path file) throws IOException {
    BufferedImage picture = new BufferedImage(128, 128, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = picture.createGraphics();
    pen.setColor(Color.WHITE);
    pen.fillRect(0, 0, 128, 128);
    pen.setColor(new Color(255, 204, 50));
    pen.fillOval(4, 4, 120, 120);
    pen.setColor(new Color(90, 60, 20));
    pen.fillOval(38, 40, 14, 20);
    pen.fillOval(76, 40, 14, 20);
    pen.setStroke(new BasicStroke(7));
    pen.drawArc(32, 40, 64, 56, 200, 140);
    pen.dispose();
    ImageIO.write(picture, "png", file.toFile());
    return file;
  }

  @Test
  void isTheSameByItsName() {
    String name = PretrainedTags.embedded(PluginRegistry.create());
    try (ClipModel unnamed = OpenClip.load();
        ClipModel named = OpenClip.load(name);
        ClipModel tagged = OpenClip.load(name, PretrainedTag.EMBEDDED)) {
      float[] expected = unnamed.encodeTexts(NAMES).row(0);

      assertThat(named.encodeTexts(NAMES).row(0)).isEqualTo(expected);
      assertThat(tagged.encodeTexts(NAMES).row(0)).isEqualTo(expected);
    }
  }

  @Test
  void theNoteOnItsWeightsGoesWithThem() throws IOException {
    String name = PretrainedTags.embedded(PluginRegistry.create());
    Path copy = folder.resolve("copy");
    OpenClip.model(name).save(copy);
    Path changed = folder.resolve("changed");
    CommandLineRun.of(
        "convert",
        copy.resolve(ModelFolder.CHECKPOINT).toString(),
        changed.resolve(ModelFolder.CHECKPOINT).toString(),
        "--metadata",
        "openclip.note=is another\u001b[1m one");
    Files.copy(copy.resolve(ModelFolder.CONFIG), changed.resolve(ModelFolder.CONFIG));

    CommandLineRun unnamed = CommandLineRun.of("embed", "--text", "a");
    CommandLineRun named = CommandLineRun.of("embed", "--text", "a", "-m", name);
    CommandLineRun copied = CommandLineRun.of("embed", "--text", "a", "-m", copy.toString());
    CommandLineRun other = CommandLineRun.of("embed", "--text", "a", "-m", changed.toString());

    String note = ", which comes with OpenCLIP, knows emoji and little else; for photographs";
    assertThat(unnamed.err()).startsWith("openclip: note: " + name + note);
    assertThat(named.err()).isEqualTo(unnamed.err());
    assertThat(copied.err()).startsWith("openclip: note: " + copy + note);
    assertThat(other.err())
        .isEqualTo("openclip: note: %s, is another\\x1b[1m one%n".formatted(changed));
  }
}
