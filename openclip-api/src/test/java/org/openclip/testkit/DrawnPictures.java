package org.openclip.testkit;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/** Pictures that the embedded model knows, drawn here, as PNG files of 128 x 128 pixels. */
public final class DrawnPictures {
  private static final Map<String, Consumer<Graphics2D>> DRAWINGS = new LinkedHashMap<>();

  static {
    DRAWINGS.put("smiling face", DrawnPictures::smile);
    DRAWINGS.put("red heart", DrawnPictures::heart);
    DRAWINGS.put("evergreen tree", DrawnPictures::tree);
    DRAWINGS.put("blue circle", DrawnPictures::circle);
  }

  private DrawnPictures() {}

  /** Returns the pictures by what the embedded model calls them. */
  public static Map<String, byte[]> all() {
    Map<String, byte[]> pictures = new LinkedHashMap<>();
    DRAWINGS.forEach((name, drawing) -> pictures.put(name, png(drawing)));
    return pictures;
  }

  /** Writes the pictures into a folder and returns the files by what they show. */
  public static Map<String, Path> files(Path folder) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (Map.Entry<String, byte[]> picture : all().entrySet()) {
      Path file = folder.resolve(picture.getKey().replace(' ', '-') + ".png");
      files.put(picture.getKey(), Files.write(file, picture.getValue()));
    }
    return files;
  }

  private static byte[] png(Consumer<Graphics2D> drawing) {
    BufferedImage picture = new BufferedImage(128, 128, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = picture.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setColor(Color.WHITE);
    pen.fillRect(0, 0, 128, 128);
    drawing.accept(pen);
    pen.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void smile(Graphics2D pen) {
    pen.setColor(new Color(255, 204, 50));
    pen.fillOval(4, 4, 120, 120);
    pen.setColor(new Color(90, 60, 20));
    pen.fillOval(38, 40, 14, 20);
    pen.fillOval(76, 40, 14, 20);
    pen.setStroke(new BasicStroke(7));
    pen.drawArc(32, 40, 64, 56, 200, 140);
  }

  private static void heart(Graphics2D pen) {
    pen.setColor(new Color(220, 30, 40));
    Path2D shape = new Path2D.Double();
    shape.moveTo(64, 116);
    shape.curveTo(4, 72, -4, 28, 32, 16);
    shape.curveTo(48, 12, 60, 22, 64, 34);
    shape.curveTo(68, 22, 80, 12, 96, 16);
    shape.curveTo(132, 28, 124, 72, 64, 116);
    pen.fill(shape);
  }

  private static void tree(Graphics2D pen) {
    pen.setColor(new Color(120, 80, 40));
    pen.fillRect(56, 100, 16, 22);
    pen.setColor(new Color(40, 130, 60));
    pen.fillPolygon(new int[] {64, 30, 98}, new int[] {4, 48, 48}, 3);
    pen.fillPolygon(new int[] {64, 22, 106}, new int[] {28, 78, 78}, 3);
    pen.fillPolygon(new int[] {64, 14, 114}, new int[] {54, 106, 106}, 3);
  }

  private static void circle(Graphics2D pen) {
    pen.setColor(new Color(30, 110, 230));
    pen.fillOval(8, 8, 112, 112);
  }
}
