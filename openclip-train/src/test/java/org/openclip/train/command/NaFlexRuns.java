package org.openclip.train.command;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Trainings of a tiny NaFlex model on pictures of several shapes that are drawn for them. */
record NaFlexRuns(ColourRuns runs) {
  static final String CONFIG =
      """
      {"model_cfg": {"embed_dim": 16, "custom_text": true,
        "vision_cfg": {"image_size": 16, "image_seq_len": 12,
          "timm_model_name": "naflexvit_base_patch16_map", "timm_pool": "map",
          "timm_model_kwargs": {"embed_dim": 32, "depth": 1, "num_heads": 2, "patch_size": 4,
            "pos_embed_grid_size": [3, 4]}},
        "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 1}},
       "preprocess_cfg": {"size": 16}}
      """;

  private static final Map<String, Color> COLOURS =
      new TreeMap<>(
          Map.of(
              "red", Color.RED,
              "green", Color.GREEN,
              "blue", Color.BLUE,
              "white", Color.WHITE,
              "black", Color.BLACK,
              "yellow", Color.YELLOW));

  /** Widths and heights. */
  private static final int[][] SHAPES = {{40, 12}, {9, 31}, {24, 24}, {17, 13}, {5, 5}, {60, 7}};

  /** Writes the model's configuration, a picture of each colour and shape, and their table. */
  static NaFlexRuns in(Path folder) throws IOException {
    ColourRuns runs = new ColourRuns(folder);
    runs.model("model", CONFIG);
    for (Map.Entry<String, Color> colour : COLOURS.entrySet()) {
      Path inner = Files.createDirectories(runs.classes().resolve(colour.getKey()));
      for (int i = 0; i < SHAPES.length; i++) {
        BufferedImage picture = picture(SHAPES[i][0], SHAPES[i][1], colour.getValue());
        Path file = inner.resolve(String.format(Locale.ROOT, "%02d.png", i));
        Files.write(file, ColourRuns.png(picture));
      }
    }
    runs.writeTable();
    return new NaFlexRuns(runs);
  }

  private static BufferedImage picture(int width, int height, Color colour) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        picture.setRGB(x, y, colour.getRGB() ^ ((x * 31 + y * 17) & 0x0f0f0f));
      }
    }
    return picture;
  }

  /** Trains on the table, with flags in addition or in the place of the usual ones. */
  ColourRuns.Run train(String name, String... more) {
    return runs.train(name, flags(more));
  }

  /** Returns flags in addition or in the place of the usual ones of NaFlex training. */
  static String[] flags(String... more) {
    return Stream.concat(
            Stream.of(
                "--use-naflex",
                "--naflex-seq-lens",
                "6",
                "9",
                "16",
                "--naflex-max-tokens-per-batch",
                "64",
                "--naflex-batch-divisor",
                "2"),
            Stream.of(more))
        .toArray(String[]::new);
  }

  /** Returns the losses that a run's log tells, step by step. */
  double[] losses(String run) throws IOException {
    return Files.readAllLines(runs.log(run, "out.log")).stream()
        .filter(line -> line.contains("  loss "))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll(".*  loss ([-0-9.]+).*", "$1")))
        .toArray();
  }
}
