package org.openclip.models.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;

/**
 * The step from ImageIO's pictures to ours. It reads rasters, never {@code getRGB}, which would
 * apply a gamma to grey pictures.
 */
final class Rasters {
  private Rasters() {}

  /** Converts a picture to the mode that Pillow would give it. */
  static Image image(BufferedImage picture, PictureFormat format, int orientation) {
    ColorModel colors = picture.getColorModel();
    Raster raster = picture.getRaster();
    if (colors instanceof IndexColorModel palette) {
      return indexed(raster, palette, format, orientation);
    }
    int bands = raster.getNumBands();
    boolean wide = raster.getSampleModel().getSampleSize(0) > 8;
    if (bands == 1 && wide) {
      return grey16(raster, orientation);
    }
    if (bands == 1 && raster.getSampleModel().getSampleSize(0) == 1) {
      return image(raster, ColorMode.BILEVEL, scaled(samples(raster, 1, false), 255), orientation);
    }
    ColorMode mode =
        switch (bands) {
          case 1 -> ColorMode.GREY;
          case 2 -> wide ? ColorMode.RGBA : ColorMode.GREY_ALPHA;
          case 3 -> ColorMode.RGB;
          default -> ColorMode.RGBA;
        };
    byte[] samples = samples(raster, bands, wide);
    if (bands == 2 && wide) {
      samples = spread(samples);
    }
    return image(raster, mode, samples, orientation);
  }

  /** Returns the bands of a raster that holds inverted ink, as Adobe's JPEG files do. */
  static Image cmyk(Raster raster, boolean luminance, int orientation) {
    byte[] samples = samples(raster, 4, false);
    for (int at = 0; at < samples.length; at += 4) {
      if (luminance) {
        int y = samples[at] & 0xff;
        int cb = (samples[at + 1] & 0xff) - 128;
        int cr = (samples[at + 2] & 0xff) - 128;
        samples[at] = clip(y + 1.402 * cr);
        samples[at + 1] = clip(y - 0.344136 * cb - 0.714136 * cr);
        samples[at + 2] = clip(y + 1.772 * cb);
      }
      for (int c = 0; c < 4; c++) {
        samples[at + c] = (byte) ~samples[at + c];
      }
    }
    return image(raster, ColorMode.CMYK, samples, orientation);
  }

  private static byte clip(double level) {
    return (byte) Math.max(0, Math.min(255, Math.round(level)));
  }

  private static Image image(Raster raster, ColorMode mode, byte[] pixels, int orientation) {
    return new Image(raster.getWidth(), raster.getHeight(), mode, pixels, null, orientation);
  }

  private static Image grey16(Raster raster, int orientation) {
    int width = raster.getWidth();
    byte[] pixels = new byte[2 * width * raster.getHeight()];
    int[] row = new int[width];
    int at = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int level : row) {
        pixels[at++] = (byte) level;
        pixels[at++] = (byte) (level >> 8);
      }
    }
    return image(raster, ColorMode.GREY16, pixels, orientation);
  }

  /** Grey levels of fewer than eight bits, palettes that are grey ramps, and palettes. */
  private static Image indexed(
      Raster raster, IndexColorModel colors, PictureFormat format, int orientation) {
    int entries = colors.getMapSize();
    byte[] palette = new byte[3 * entries];
    for (int i = 0; i < entries; i++) {
      palette[3 * i] = (byte) colors.getRed(i);
      palette[3 * i + 1] = (byte) colors.getGreen(i);
      palette[3 * i + 2] = (byte) colors.getBlue(i);
    }
    byte[] indices = samples(raster, 1, false);
    int bits = colors.getPixelSize();
    boolean greyLevels = format == PictureFormat.PNG || format == PictureFormat.TIFF;
    if (bits == 1 && isRamp(palette, 255)) {
      return image(raster, ColorMode.BILEVEL, scaled(indices, 255), orientation);
    }
    if (greyLevels && bits < 8 && entries == 1 << bits && isRamp(palette, 255 / (entries - 1))) {
      return image(raster, ColorMode.GREY, scaled(indices, 255 / (entries - 1)), orientation);
    }
    boolean rampMeansGrey = format == PictureFormat.GIF || format == PictureFormat.BMP;
    if (rampMeansGrey && isRamp(palette, 1)) {
      return image(raster, ColorMode.GREY, indices, orientation);
    }
    return new Image(
        raster.getWidth(), raster.getHeight(), ColorMode.PALETTE, indices, palette, orientation);
  }

  private static boolean isRamp(byte[] palette, int step) {
    for (int i = 0; i < palette.length; i++) {
      if ((palette[i] & 0xff) != i / 3 * step) {
        return false;
      }
    }
    return true;
  }

  private static byte[] scaled(byte[] levels, int factor) {
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (levels[i] * factor);
    }
    return levels;
  }

  /** Grey with opacity of 16 bits each, which Pillow reads as RGBA. */
  private static byte[] spread(byte[] greyAlpha) {
    byte[] rgba = new byte[2 * greyAlpha.length];
    for (int i = 0; i < greyAlpha.length / 2; i++) {
      for (int c = 0; c < 3; c++) {
        rgba[4 * i + c] = greyAlpha[2 * i];
      }
      rgba[4 * i + 3] = greyAlpha[2 * i + 1];
    }
    return rgba;
  }

  /** Copies rows of three channels in another order: the common case, worth a loop of its own. */
  private static void swap(
      byte[] data, int offset, int stride, int[] offsets, byte[] samples, int row) {
    int first = offsets[0];
    int second = offsets[1];
    int third = offsets[2];
    int from = offset;
    for (int start = 0; start < samples.length; start += row) {
      for (int i = 0; i < row; i += 3) {
        samples[start + i] = data[from + i + first];
        samples[start + i + 1] = data[from + i + second];
        samples[start + i + 2] = data[from + i + third];
      }
      from += stride;
    }
  }

  /** Returns interleaved bytes; of wide samples the upper byte. */
  private static byte[] samples(Raster raster, int bands, boolean wide) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] samples = new byte[width * height * bands];
    DataBuffer buffer = raster.getDataBuffer();
    if (!wide
        && buffer instanceof DataBufferByte bytes
        && buffer.getNumBanks() == 1
        && raster.getSampleModel() instanceof ComponentSampleModel model
        && raster.getSampleModelTranslateX() == 0
        && raster.getSampleModelTranslateY() == 0) {
      byte[] data = bytes.getData();
      int[] offsets = model.getBandOffsets();
      if (bands == 3 && model.getPixelStride() == 3) {
        swap(data, buffer.getOffset(), model.getScanlineStride(), offsets, samples, width * 3);
        return samples;
      }
      int at = 0;
      for (int y = 0; y < height; y++) {
        int from = buffer.getOffset() + y * model.getScanlineStride();
        for (int x = 0; x < width; x++) {
          for (int band = 0; band < bands; band++) {
            samples[at++] = data[from + offsets[band]];
          }
          from += model.getPixelStride();
        }
      }
      return samples;
    }
    int[] row = new int[width * raster.getNumBands()];
    int at = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int band = 0; band < bands; band++) {
          int sample = row[x * raster.getNumBands() + band];
          samples[at++] = (byte) (wide ? sample >> 8 : sample);
        }
      }
    }
    return samples;
  }
}
