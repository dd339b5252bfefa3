package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.cli.Main;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.run.Checkpoint;

/**
 * Trainings of tiny models on pictures that are drawn for them.
 *
 * @param folder with {@code model/}, {@code classes/CLASS/}, {@code pictures.csv} and {@code logs/}
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

  private static final Map<String, Color> SHADES =
      new TreeMap<>(
          Map.of(
              "red", new Color(210, 40, 40),
              "green", new Color(40, 180, 60),
              "blue", new Color(50, 70, 210)));

  static final String CONFIG = config(1, 8);

  private static String config(int layers, int patch) {
    return String.format(
        Locale.ROOT,
        """
        {"model_cfg": {"embed_dim": 16,
          "vision_cfg": {"image_size": 16, "layers": %1$d, "width": 32, "head_width": 16,
            "patch_size": %2$d},
          "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
            "layers": %1$d}},
         "preprocess_cfg": {"size": 16}}
        """,
        layers,
        patch);
  }

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

  /** Starts a command in a process of its own, whose output goes to a file. */
  static Process start(Path said, List<String> arguments) throws IOException {
    return start(said, List.of(), arguments);
  }

  /**
   * Starts a command in a process of its own.
   *
   * @param said where its output goes
   * @param prefix the command line that runs it
   */
  static Process start(Path said, List<String> prefix, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            Main.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    String classPath = System.getProperty("java.class.path");
    builder
        .environment()
        .put("CLASSPATH", System.getProperty("surefire.test.class.path", classPath));
    return builder.start();
  }

  /** Writes a model's configuration, four pictures of each of eight colours, and their table. */
  static ColourRuns in(Path folder) throws IOException {
    ColourRuns runs = new ColourRuns(folder);
    runs.model("model", CONFIG);
    int number = 0;
    for (Map.Entry<String, Color> colour : COLOURS.entrySet()) {
      Path inner = Files.createDirectories(runs.classes().resolve(colour.getKey()));
      for (int i = 0; i < 4; i++) {
        Files.write(
            inner.resolve(String.format(Locale.ROOT, "%02d.png", number++)),
            picture(colour.getValue(), i));
      }
    }
    runs.writeTable();
    return runs;
  }

  /**
   * Writes the configuration of a model that sees more, pictures of shapes, and their table.
   *
   * @param each how many pictures of each class
   * @param seed of everything random
   */
  static ColourRuns ofShapes(Path folder, int each, long seed) throws IOException {
    ColourRuns runs = new ColourRuns(folder);
    runs.model("model", config(2, 4));
    drawShapes(runs.classes(), each, seed);
    runs.writeTable();
    return runs;
  }

  /**
   * Draws large blocks and small dots in three colours, anywhere on grey noise, in a folder for
   * each class, named such as {@code red_dot}.
   */
  static Path drawShapes(Path folder, int each, long seed) throws IOException {
    Random random = new Random(seed);
    for (Map.Entry<String, Color> colour : SHADES.entrySet()) {
      for (String shape : List.of("block", "dot")) {
        Path inner = Files.createDirectories(folder.resolve(colour.getKey() + "_" + shape));
        for (int i = 0; i < each; i++) {
          Files.write(
              inner.resolve(String.format(Locale.ROOT, "%03d.png", i)),
              png(shape(random, colour.getValue(), shape)));
        }
      }
    }
    return folder;
  }

  private static BufferedImage shape(Random random, Color colour, String kind) {
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
    int side = kind.equals("dot") ? 5 + random.nextInt(3) : 12 + random.nextInt(4);
    int x = random.nextInt(20 - side);
    int y = random.nextInt(20 - side);
    if (kind.equals("dot")) {
      g.fillOval(x, y, side, side);
    } else {
      g.fillRect(x, y, side, side);
    }
    g.dispose();
    return picture;
  }

  /** Writes a table of all pictures, with captions such as {@code a red dot}. */
  void writeTable() throws IOException {
    StringBuilder rows = new StringBuilder("filepath\ttitle\n");
    try (Stream<Path> files = Files.walk(classes())) {
      for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = each.getName(each.getNameCount() - 2).toString().replace('_', ' ');
        rows.append(each).append("\ta ").append(name).append('\n');
      }
    }
    Files.writeString(table(), rows);
  }

  /** Returns a PNG file of one colour with some noise. */
  static byte[] picture(Color colour, int noise) throws IOException {
    BufferedImage picture = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 20; y++) {
      for (int x = 0; x < 20; x++) {
        picture.setRGB(x, y, colour.getRGB() ^ ((x * 31 + y * 17 + noise) & 0x0f0f0f));
      }
    }
    return png(picture);
  }

  static byte[] png(BufferedImage picture) throws IOException {
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

  /** Returns the folder of all pictures, with one for each class. */
  Path classes() {
    return folder.resolve("classes");
  }

  /** Returns the table of all pictures. */
  Path table() {
    return folder.resolve("pictures.csv");
  }

  /** Returns a file or folder of a run. */
  Path log(String run, String name) {
    return folder.resolve("logs").resolve(run).resolve(name);
  }

  /** Returns a checkpoint's folder. */
  Path checkpoint(String run, String name) {
    return log(run, "checkpoints").resolve(name);
  }

  /** Checks that two checkpoints have the same weights and state of the optimizer, to the bit. */
  static void assertSame(Path one, Path other) {
    PluginRegistry plugins = PluginRegistry.create();
    for (String file : List.of(ModelFolder.CHECKPOINT, Checkpoint.OPTIMIZER)) {
      try (Weights a = Checkpoints.open(one.resolve(file), plugins);
          Weights b = Checkpoints.open(other.resolve(file), plugins)) {
        assertThat(a.names()).isEqualTo(b.names());
        for (String name : a.names()) {
          assertThat(a.get(name).data()).as(name).isEqualTo(b.get(name).data());
        }
      }
    }
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
