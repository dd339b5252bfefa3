package org.openclip.train.command;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.Main;

/**
 * A small task for commands: large blocks and small dots in three colours, anywhere on grey noise,
 * and a tiny model for them.
 */
final class ColouredShapes {
  private static final Map<String, Color> COLOURS =
      new TreeMap<>(
          Map.of(
              "red", new Color(210, 40, 40),
              "green", new Color(40, 180, 60),
              "blue", new Color(50, 70, 210)));

  private static final String CONFIG =
      """
      {"model_cfg": {"embed_dim": 16,
        "vision_cfg": {"image_size": 16, "layers": 2, "width": 32, "head_width": 16,
          "patch_size": 4},
        "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 2}},
       "preprocess_cfg": {"size": 16}}
      """;

  private ColouredShapes() {}

  /** What a command said. */
  record Run(int code, String out, String err) {
    static Run of(String... arguments) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          Main.run(
              List.of(arguments),
              new Environment(
                  new PrintStream(out, true, StandardCharsets.UTF_8),
                  new PrintStream(err, true, StandardCharsets.UTF_8),
                  PluginRegistry.create(),
                  false));
      return new Run(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  /** Writes a folder with the configuration of a model that has no weights yet. */
  static Path model(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("open_clip_config.json"), CONFIG);
    return folder;
  }

  /**
   * Writes pictures in a folder for each class, named such as {@code red_dot}.
   *
   * @param each how many pictures of each class
   * @param seed of everything random
   */
  static Path pictures(Path folder, int each, long seed) throws IOException {
    Random random = new Random(seed);
    for (Map.Entry<String, Color> colour : COLOURS.entrySet()) {
      for (String shape : List.of("block", "dot")) {
        Path inner = Files.createDirectories(folder.resolve(colour.getKey() + "_" + shape));
        for (int i = 0; i < each; i++) {
          BufferedImage picture = picture(random, colour.getValue(), shape);
          ImageIO.write(picture, "png", inner.resolve("%03d.png".formatted(i)).toFile());
        }
      }
    }
    return folder;
  }

  private static BufferedImage picture(Random random, Color colour, String shape) {
    BufferedImage picture = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 20; y++) {
      for (int x = 0; x < 20; x++) {
        int grey = 90 + random.nextInt(80);
        picture.setRGB(x, y, new Color(grey, grey, grey).getRGB());
      }
    }
    Graphics2D g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(colour);
    int side = shape.equals("dot") ? 5 + random.nextInt(3) : 12 + random.nextInt(4);
    int x = random.nextInt(20 - side);
    int y = random.nextInt(20 - side);
    if (shape.equals("dot")) {
      g.fillOval(x, y, side, side);
    } else {
      g.fillRect(x, y, side, side);
    }
    g.dispose();
    return picture;
  }

  /** Writes a table of the pictures of a folder, with captions such as {@code a red dot}. */
  static Path table(Path pictures, Path file) throws IOException {
    StringBuilder table = new StringBuilder("filepath\ttitle\n");
    try (var files = Files.walk(pictures)) {
      for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = each.getName(each.getNameCount() - 2).toString().replace('_', ' ');
        table.append(each).append("\ta ").append(name).append('\n');
      }
    }
    return Files.writeString(file, table);
  }
}
