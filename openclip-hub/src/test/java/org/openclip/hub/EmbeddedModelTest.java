package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
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
}
