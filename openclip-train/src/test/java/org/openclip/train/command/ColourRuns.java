package org.openclip.train.command;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.Main;

/**
 * Trainings of tiny models on 32 pictures of one colour each.
 *
 * @param folder with {@code model/}, {@code classes/COLOUR/}, {@code colours.csv} and {@code logs/}
 */
record ColourRuns(Path folder) {
  private static final Map<String, Color> COLOURS =
      new TreeMap<>(
          Map.of(
              "red",
              Color.RED,
              "green",
              Color.GREEN,
              "blue",
              Color.BLUE,
              "white",
              Color.WHITE,
              "black",
              Color.BLACK,
              "yellow",
              Color.YELLOW,
              "pink",
              Color.PINK,
              "cyan",
              Color.CYAN));

  static final String CONFIG =
      """
      {"model_cfg": {"embed_dim": 16,
        "vision_cfg": {"image_size": 16, "layers": 1, "width": 32, "head_width": 16,
          "patch_size": 8},
        "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 1}},
       "preprocess_cfg": {"size": 16}}
      """;

  /** What a command ended with, and said. */
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

  /** Writes the model's configuration, the pictures and their table. */
  static ColourRuns in(Path folder) throws IOException {
    ColourRuns runs = new ColourRuns(folder);
    runs.model("model", CONFIG);
    StringBuilder table = new StringBuilder("filepath\ttitle\n");
    int number = 0;
    for (Map.Entry<String, Color> colour : COLOURS.entrySet()) {
      Path inner = Files.createDirectories(folder.resolve("classes").resolve(colour.getKey()));
      for (int i = 0; i < 4; i++) {
        Path file = inner.resolve(number++ + ".png");
        Files.write(file, picture(colour.getValue(), i));
        table.append(file).append('\t').append("a ").append(colour.getKey()).append('\n');
      }
    }
    Files.writeString(runs.table(), table.toString());
    return runs;
  }

  /** Returns a PNG file of one colour with some noise. */
  static byte[] picture(Color colour, int noise) throws IOException {
    BufferedImage picture = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 20; y++) {
      for (int x = 0; x < 20; x++) {
        picture.setRGB(x, y, colour.getRGB() ^ ((x * 31 + y * 17 + noise) & 0x0f0f0f));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", bytes);
    return bytes.toByteArray();
  }

  /** Writes a model folder without weights, and returns its name. */
  String model(String name, String config) throws IOException {
    Path model = Files.createDirectories(folder.resolve(name));
    Files.writeString(model.resolve("open_clip_config.json"), config);
    return "local-dir:" + model;
  }

  /** Returns the table of all pictures. */
  Path table() {
    return folder.resolve("colours.csv");
  }

  /** Returns a file or folder of a run. */
  Path log(String run, String name) {
    return folder.resolve("logs").resolve(run).resolve(name);
  }

  /** Returns the flags of a training, without its data. */
  Map<String, String> flags(String name) {
    Map<String, String> flags = new TreeMap<>();
    flags.put("--model", "local-dir:" + folder.resolve("model"));
    flags.put("--batch-size", "8");
    flags.put("--lr", "1e-2");
    flags.put("--warmup", "4");
    flags.put("--workers", "2");
    flags.put("--precision", "fp32");
    flags.put("--logs", folder.resolve("logs").toString());
    flags.put("--name", name);
    return flags;
  }

  /** Trains on the table, with flags in addition or in the place of the usual ones. */
  Run train(String name, String... more) {
    Map<String, String> flags = flags(name);
    flags.put("--train-data", table().toString());
    return run(flags, more);
  }

  /** Runs the command that trains. */
  static Run run(Map<String, String> flags, String... more) {
    return Run.of(arguments(flags, more).toArray(String[]::new));
  }

  /** Returns a command line. */
  static List<String> arguments(Map<String, String> flags, String... more) {
    Map<String, String> usual = new TreeMap<>(flags);
    List.of(more).forEach(usual::remove);
    List<String> arguments = new ArrayList<>(List.of("train"));
    usual.forEach((flag, value) -> arguments.addAll(List.of(flag, value)));
    arguments.addAll(List.of(more));
    return arguments;
  }
}
