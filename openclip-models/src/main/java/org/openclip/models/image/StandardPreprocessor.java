package org.openclip.models.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageArea;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.RgbPixels;

/**
 * The preprocessing of OpenCLIP's evaluation: a resize with antialiasing in the picture's own
 * colour mode, a centre crop or padding, the conversion to RGB, and the normalisation of each
 * channel.
 *
 * <p>Equal to torchvision's transforms over Pillow to the last bit. Only pixels that survive the
 * crop are computed, so a very long picture costs no more than a square one.
 */
final class StandardPreprocessor implements ImagePreprocessor {
  private final PreprocessConfig config;

  /** For each channel and level, the normalised number. */
  private final float[][] levels = new float[3][256];

  StandardPreprocessor(PreprocessConfig config) {
    this.config = config;
    for (int c = 0; c < 3; c++) {
      float mean = config.mean().get(c).floatValue();
      float std = config.std().get(c).floatValue();
      for (int level = 0; level < 256; level++) {
        levels[c][level] = (level / 255f - mean) / std;
      }
    }
  }

  @Override
  public PreprocessConfig config() {
    return config;
  }

  @Override
  public void preprocess(Image image, FloatBuffer out) {
    normalise(resize(image), out);
  }

  @Override
  public PatchGrid cut(Image given, int patch, int maxPatches, FloatBuffer out) {
    Image upright = config.applyOrientation() ? Orientation.upright(given) : given;
    PatchGrid grid = PatchGrid.fit(upright.height(), upright.width(), patch, maxPatches);
    byte[] pixels = resize(upright, grid);
    float[] planes = new float[pixels.length];
    normalise(pixels, FloatBuffer.wrap(planes));
    grid.cut(FloatBuffer.wrap(planes), out);
    return grid;
  }

  /** Returns an upright picture in the size of a grid, {@code uint8[height, width, 3]}, RGB. */
  byte[] resize(Image upright, PatchGrid grid) {
    return resample(upright.toRgb(), Fit.whole(grid.width(), grid.height(), config));
  }

  @Override
  public ImageArea seen(Image image) {
    boolean turned = config.applyOrientation() && image.orientation() > 4;
    int width = turned ? image.height() : image.width();
    int height = turned ? image.width() : image.height();
    Fit fit = Fit.of(width, height, config);
    double across = (double) width / fit.fullWidth();
    double down = (double) height / fit.fullHeight();
    return new ImageArea(
        (fit.left() - fit.padLeft()) * across,
        (fit.top() - fit.padTop()) * down,
        config.width() * across,
        config.height() * down);
  }

  /** Writes a picture {@code uint8[height, width, 3]} as normalised numbers, channel by channel. */
  void normalise(byte[] pixels, FloatBuffer out) {
    int count = pixels.length / 3;
    float[] plane = new float[count];
    for (int c = 0; c < 3; c++) {
      float[] numbers = levels[c];
      for (int i = 0; i < count; i++) {
        plane[i] = numbers[pixels[3 * i + c] & 0xff];
      }
      out.put(plane);
    }
  }

  @Override
  public byte[] resize(Image given) {
    Image image = config.applyOrientation() ? Orientation.upright(given) : given;
    Fit fit = Fit.of(image.width(), image.height(), config);
    byte[] kept = resample(image, fit);
    int width = config.width();
    byte[] rgb = new byte[3 * width * config.height()];
    byte[] palette = image.palette() == null ? new byte[0] : image.palette();
    ColorMode mode = image.mode();
    if (fit.width() < width || fit.height() < config.height()) {
      byte[] fill = fill(mode, palette);
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = fill[i % 3];
      }
    }
    for (int row = 0; row < fit.height(); row++) {
      int in = row * fit.width() * mode.bytes();
      int to = 3 * ((row + fit.padTop()) * width + fit.padLeft());
      if (mode == ColorMode.RGB) {
        System.arraycopy(kept, in, rgb, to, 3 * fit.width());
        continue;
      }
      for (int column = 0; column < fit.width(); column++) {
        RgbPixels.write(mode, kept, in, palette, rgb, to);
        in += mode.bytes();
        to += 3;
      }
    }
    return rgb;
  }

  /** The reference pads before it converts, so the fill is a level in the picture's own mode. */
  private byte[] fill(ColorMode mode, byte[] palette) {
    byte level = (byte) config.fillColor();
    byte[] pixel =
        switch (mode) {
          case GREY16, INT32 -> new byte[] {level, 0, 0, 0};
          case GREY16_BIG -> new byte[] {0, level};
          case FLOAT32 ->
              ByteBuffer.allocate(4)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putFloat(config.fillColor())
                  .array();
          case BILEVEL -> new byte[] {(byte) (level == 0 ? 0 : 255)};
          case GREY, GREY_ALPHA, PALETTE, PALETTE_ALPHA, RGB, RGBA, CMYK, LAB ->
              new byte[] {level, level, level, level};
        };
    byte[] rgb = new byte[3];
    RgbPixels.write(mode, pixel, 0, palette, rgb, 0);
    return rgb;
  }

  /** Returns the pixels that are kept, in the picture's own mode. */
  private static byte[] resample(Image image, Fit fit) {
    ColorMode mode = image.mode();
    Plane plane = new Plane(image.width(), image.height(), mode.bytes(), image.pixels());
    if (fit.fullWidth() == image.width() && fit.fullHeight() == image.height()) {
      return plane.crop(fit.left(), fit.top(), fit.width(), fit.height()).bytes();
    }
    return switch (mode) {
      case BILEVEL, PALETTE -> nearest(plane, fit);
      case GREY16, GREY16_BIG, INT32, FLOAT32 -> DeepResize.resize(plane, mode, fit);
      case GREY_ALPHA, RGBA ->
          Colors.unpremultiply(TwoPassResize.resize(Colors.premultiply(plane), fit)).bytes();
      case GREY, RGB, CMYK, LAB, PALETTE_ALPHA -> TwoPassResize.resize(plane, fit).bytes();
    };
  }

  /** Takes the nearest pixel; Pillow does so for palettes and single bits whatever is asked. */
  private static byte[] nearest(Plane plane, Fit fit) {
    int[] columns = nearest(plane.width(), fit.fullWidth(), fit.left(), fit.width());
    int[] rows = nearest(plane.height(), fit.fullHeight(), fit.top(), fit.height());
    byte[] out = new byte[fit.width() * fit.height()];
    int at = 0;
    for (int row : rows) {
      for (int column : columns) {
        out[at++] = plane.bytes()[row * plane.width() + column];
      }
    }
    return out;
  }

  /** Steps from pixel to pixel in double precision, whose rounding decides at the borders. */
  private static int[] nearest(int inputs, int outputs, int from, int count) {
    double step = (double) inputs / outputs;
    double position = step * 0.5;
    int[] found = new int[count];
    for (int i = 0; i < from + count; i++) {
      if (i >= from) {
        found[i - from] = Math.min((int) position, inputs - 1);
      }
      position += step;
    }
    return found;
  }
}
