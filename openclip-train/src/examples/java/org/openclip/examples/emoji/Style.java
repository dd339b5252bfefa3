package org.openclip.examples.emoji;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.DocumentLimits;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * How one vendor draws, and where its pictures lie among the unpacked packages.
 *
 * @param name of the style
 * @param folder below the folder of npm's packages
 * @param words how captions call the style
 */
record Style(String name, String folder, List<String> words) {
  /** The side of a loaded picture. */
  static final int SIDE = 96;

  /** Flags have thousands of paths. */
  private static final LoaderContext DETAILED =
      LoaderContext.builder().documentLimits(new DocumentLimits(30, 30, 100_000)).build();

  private static final Pattern SKIN_TONE = Pattern.compile("-1f3f[b-f]");

  /** The styles that are trained on. */
  static final List<Style> TRAINED =
      List.of(
          new Style(
              "google", "emoji-datasource-google/img/google/64", List.of("noto", "google", "soft")),
          new Style(
              "google-old", "emoji-datasource-google-old/img/google/64", List.of("old", "google")),
          new Style(
              "fluent-3d", "@lobehub/fluent-emoji-3d/assets", List.of("3d", "glossy", "fluent")),
          new Style(
              "fluent-flat",
              "@lobehub/fluent-emoji-flat/assets",
              List.of("flat", "simple", "fluent")),
          new Style("openmoji", "openmoji/color/svg", List.of("outlined", "line art", "drawn")));

  /** The style that is never trained on, nor looked at while settings are chosen. */
  static final Style HELD_OUT =
      new Style("twitter", "emoji-datasource-twitter/img/twitter/64", List.of());

  /** Loads the pictures, {@link #SIDE} pixels high and wide with transparency, by key. */
  Map<String, BufferedImage> load(Path packages) throws IOException {
    Map<String, BufferedImage> pictures = new HashMap<>();
    List<Path> files;
    try (Stream<Path> list = Files.list(packages.resolve(folder))) {
      files = list.sorted().toList();
    }
    for (Path file : files) {
      String stem = file.getFileName().toString().replaceFirst("\\.[a-z]+$", "");
      String key = Concept.key(stem);
      if (!SKIN_TONE.matcher(key).find()) {
        pictures.putIfAbsent(key, picture(file));
      }
    }
    return pictures;
  }

  /** Loads one picture. */
  static BufferedImage picture(Path file) throws IOException {
    BufferedImage square = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB_PRE);
    Graphics2D graphics = square.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    try {
      if (file.toString().endsWith(".svg")) {
        SVGDocument drawing = new SVGLoader().load(file.toUri().toURL(), DETAILED);
        if (drawing == null) {
          throw new IOException(file + " is no SVG file");
        }
        drawing.render(null, graphics, new ViewBox(0, 0, SIDE, SIDE));
      } else {
        BufferedImage image = ImageIO.read(file.toFile());
        if (image == null) {
          throw new IOException(file + " is no picture");
        }
        while (image.getWidth() >= 2 * SIDE) {
          image = halved(image);
        }
        graphics.drawImage(image, 0, 0, SIDE, SIDE, null);
      }
    } finally {
      graphics.dispose();
    }
    return square;
  }

  private static BufferedImage halved(BufferedImage image) {
    int side = image.getWidth() / 2;
    BufferedImage half = new BufferedImage(side, side, BufferedImage.TYPE_INT_ARGB_PRE);
    Graphics2D graphics = half.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, side, side, null);
    graphics.dispose();
    return half;
  }
}
