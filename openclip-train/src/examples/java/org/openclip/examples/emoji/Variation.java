package org.openclip.examples.emoji;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.Kernel;
import java.util.Random;
import java.util.Set;

/** Puts a picture on a background, turned, scaled, sheared, shifted and with other colours. */
final class Variation {
  private static final Set<String> ONE_WAY = Set.of("flags", "symbols");

  private final int side;

  /** Makes pictures of so many pixels high and wide. */
  Variation(int side) {
    this.side = side;
  }

  /**
   * Draws one at random.
   *
   * @param trim whether half of the pictures lose the margins that their vendor gave them
   */
  BufferedImage draw(BufferedImage emoji, Concept concept, boolean trim, Random random) {
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    background(graphics, random);
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    Rectangle drawn =
        trim && random.nextBoolean() ? drawn(emoji) : new Rectangle(Style.SIDE, Style.SIDE);
    graphics.drawImage(coloured(emoji, concept, random), move(drawn, concept, random), null);
    if (random.nextDouble() < 0.35) {
      cutOut(graphics, random);
    }
    graphics.dispose();
    return random.nextDouble() < 0.2 ? blurred(picture, random) : picture;
  }

  /** Puts a picture on white as it is. */
  BufferedImage plain(BufferedImage emoji) {
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, side, side);
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(emoji, 0, 0, side, side, null);
    graphics.dispose();
    return picture;
  }

  private void background(Graphics2D graphics, Random random) {
    double kind = random.nextDouble();
    if (kind < 0.4) {
      graphics.setColor(Color.WHITE);
    } else if (kind < 0.8) {
      graphics.setColor(colour(random));
    } else {
      graphics.setPaint(
          new GradientPaint(
              random.nextInt(side), 0, colour(random), random.nextInt(side), side, colour(random)));
    }
    graphics.fillRect(0, 0, side, side);
  }

  private static Color colour(Random random) {
    return new Color(random.nextInt(1 << 24));
  }

  /** Returns what is not transparent: vendors leave margins of their own around a picture. */
  private static Rectangle drawn(BufferedImage emoji) {
    int[] pixels = emoji.getRGB(0, 0, Style.SIDE, Style.SIDE, null, 0, Style.SIDE);
    Rectangle drawn = new Rectangle(-1, -1);
    for (int i = 0; i < pixels.length; i++) {
      if (pixels[i] >>> 24 > 40) {
        Rectangle pixel = new Rectangle(i % Style.SIDE, i / Style.SIDE, 1, 1);
        drawn = drawn.isEmpty() ? pixel : drawn.union(pixel);
      }
    }
    return drawn.isEmpty() ? new Rectangle(Style.SIDE, Style.SIDE) : drawn;
  }

  private AffineTransform move(Rectangle drawn, Concept concept, Random random) {
    double scale = side * between(0.78, 1.04, random) / Math.max(drawn.width, drawn.height);
    double aspect = Math.exp(between(-0.1, 0.1, random));
    boolean flip = random.nextBoolean() && flips(concept);
    AffineTransform move = new AffineTransform();
    move.translate(
        side * (0.5 + between(-0.07, 0.07, random)), side * (0.5 + between(-0.07, 0.07, random)));
    move.rotate(Math.toRadians(between(-15, 15, random)));
    move.shear(between(-0.1, 0.1, random), between(-0.05, 0.05, random));
    move.scale(scale * aspect * (flip ? -1 : 1), scale / aspect);
    move.translate(-drawn.getCenterX(), -drawn.getCenterY());
    return move;
  }

  /** Returns whether the mirrored picture means the same. */
  private static boolean flips(Concept concept) {
    return !ONE_WAY.contains(concept.group())
        && !concept.subgroup().equals("time")
        && !concept.subgroup().contains("arrow")
        && !concept.name().contains("left")
        && !concept.name().contains("right");
  }

  private static BufferedImage coloured(BufferedImage emoji, Concept concept, Random random) {
    boolean grey = random.nextDouble() < 0.1;
    boolean careful =
        concept.group().equals("flags")
            || concept
                .name()
                .matches(".*\\b(red|orange|yellow|green|blue|purple|brown|black|white|pink)\\b.*");
    double turn = grey ? 0 : (careful ? 0.02 : 0.06) * random.nextGaussian();
    double saturation = grey ? 0 : Math.exp((careful ? 0.1 : 0.3) * random.nextGaussian());
    double light = Math.exp(0.12 * random.nextGaussian());
    // In the plane of colours without grey: a turn, and a stretch.
    double cos = saturation * Math.cos(2 * Math.PI * turn);
    double sin = saturation * Math.sin(2 * Math.PI * turn) / Math.sqrt(3);
    double on = (1 - cos) / 3;
    double[][] matrix = {
      {on + cos, on - sin, on + sin}, {on + sin, on + cos, on - sin}, {on - sin, on + sin, on + cos}
    };
    int[] pixels = emoji.getRGB(0, 0, Style.SIDE, Style.SIDE, null, 0, Style.SIDE);
    for (int i = 0; i < pixels.length; i++) {
      int p = pixels[i];
      double r = p >> 16 & 255;
      double g = p >> 8 & 255;
      double b = p & 255;
      int made = p & 0xff000000;
      for (int c = 0; c < 3; c++) {
        double v = light * (matrix[c][0] * r + matrix[c][1] * g + matrix[c][2] * b);
        made |= Math.clamp(Math.round(v), 0, 255) << (16 - 8 * c);
      }
      pixels[i] = made;
    }
    BufferedImage result = new BufferedImage(Style.SIDE, Style.SIDE, BufferedImage.TYPE_INT_ARGB);
    result.setRGB(0, 0, Style.SIDE, Style.SIDE, pixels, 0, Style.SIDE);
    return result;
  }

  private void cutOut(Graphics2D graphics, Random random) {
    int width = (int) (side * between(0.1, 0.35, random));
    int height = (int) (side * between(0.1, 0.35, random));
    graphics.setColor(random.nextBoolean() ? Color.GRAY : colour(random));
    graphics.fillRect(random.nextInt(side - width), random.nextInt(side - height), width, height);
  }

  private static BufferedImage blurred(BufferedImage picture, Random random) {
    float edge = (float) between(0.05, 0.25, random);
    float[] line = {edge, 1 - 2 * edge, edge};
    ConvolveOp across = new ConvolveOp(new Kernel(3, 1, line), ConvolveOp.EDGE_NO_OP, null);
    ConvolveOp down = new ConvolveOp(new Kernel(1, 3, line), ConvolveOp.EDGE_NO_OP, null);
    return down.filter(across.filter(picture, null), null);
  }

  private static double between(double low, double high, Random random) {
    return low + (high - low) * random.nextDouble();
  }
}
