package org.openclip.search.command;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.Image;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.PictureFiles;

/** Small pictures of files, to look at; colours of rare kinds are shown as well as may be. */
final class Thumbnails {
  private final PictureFiles files;
  private final int side;

  /**
   * Creates thumbnails.
   *
   * @param side of the square into which each fits, in pixels
   */
  Thumbnails(PluginRegistry plugins, int side) {
    this.files = new PictureFiles(plugins);
    this.side = side;
  }

  int side() {
    return side;
  }

  /** Returns the small picture of a file; a grey square when it cannot be read any more. */
  BufferedImage of(String path) {
    try {
      return scale(draw(files.read(Path.of(path))));
    } catch (OpenClipException | IllegalArgumentException e) {
      BufferedImage empty = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = empty.createGraphics();
      graphics.setColor(Color.LIGHT_GRAY);
      graphics.fillRect(0, 0, side, side);
      graphics.dispose();
      return empty;
    }
  }

  private BufferedImage scale(BufferedImage picture) {
    BufferedImage from = picture;
    double factor = Math.min(1, (double) side / Math.max(from.getWidth(), from.getHeight()));
    int width = Math.max(1, (int) Math.round(from.getWidth() * factor));
    int height = Math.max(1, (int) Math.round(from.getHeight() * factor));
    // Halved step by step: one large step would skip pixels.
    while (from.getWidth() >= 2 * width && from.getHeight() >= 2 * height) {
      from = resized(from, from.getWidth() / 2, from.getHeight() / 2);
    }
    return resized(from, width, height);
  }

  private static BufferedImage resized(BufferedImage from, int width, int height) {
    BufferedImage to = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = to.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(from, 0, 0, width, height, null);
    graphics.dispose();
    return to;
  }

  /** Returns a picture over white. */
  static BufferedImage draw(Image image) {
    BufferedImage drawn =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    int[] row = new int[image.width()];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < row.length; x++) {
        row[x] = rgb(image, (y * image.width() + x) * image.mode().bytes());
      }
      drawn.setRGB(0, y, row.length, 1, row, 0, row.length);
    }
    return drawn;
  }

  private static int rgb(Image image, int at) {
    byte[] p = image.pixels();
    return switch (image.mode()) {
      case BILEVEL, GREY, LAB -> grey(p[at], 255);
      case GREY_ALPHA -> grey(p[at], p[at + 1] & 0xff);
      case GREY16 -> grey(p[at + 1], 255);
      case GREY16_BIG -> grey(p[at], 255);
      case INT32 -> grey(p[at + 1], 255);
      case FLOAT32 -> grey((byte) 128, 255);
      case PALETTE -> palette(image, p[at] & 0xff, 255);
      case PALETTE_ALPHA -> palette(image, p[at] & 0xff, p[at + 1] & 0xff);
      case RGB -> over(p[at] & 0xff, p[at + 1] & 0xff, p[at + 2] & 0xff, 255);
      case RGBA -> over(p[at] & 0xff, p[at + 1] & 0xff, p[at + 2] & 0xff, p[at + 3] & 0xff);
      case CMYK -> {
        int white = 255 - (p[at + 3] & 0xff);
        yield over(
            (255 - (p[at] & 0xff)) * white / 255,
            (255 - (p[at + 1] & 0xff)) * white / 255,
            (255 - (p[at + 2] & 0xff)) * white / 255,
            255);
      }
    };
  }

  private static int grey(byte value, int alpha) {
    return over(value & 0xff, value & 0xff, value & 0xff, alpha);
  }

  private static int palette(Image image, int index, int alpha) {
    byte[] palette = image.palette();
    if (palette == null || 3 * index + 2 >= palette.length) {
      return 0;
    }
    return over(
        palette[3 * index] & 0xff,
        palette[3 * index + 1] & 0xff,
        palette[3 * index + 2] & 0xff,
        alpha);
  }

  private static int over(int red, int green, int blue, int alpha) {
    return mix(red, alpha) << 16 | mix(green, alpha) << 8 | mix(blue, alpha);
  }

  private static int mix(int value, int alpha) {
    return (value * alpha + 255 * (255 - alpha)) / 255;
  }
}
