package org.openclip.models.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageDecoder;
import org.openclip.models.image.format.BmpDecoder;
import org.openclip.models.image.format.Exif;
import org.openclip.models.image.format.PngDecoder;
import org.openclip.models.image.format.PnmDecoder;
import org.openclip.models.image.jpeg.JpegDecoder;
import org.openclip.models.image.jpeg.JpegPicture;
import org.openclip.models.image.source.PictureFile;
import org.openclip.models.image.tiff.TiffDecoder;
import org.openclip.models.image.webp.WebpDecoder;

/**
 * Decodes the usual JPEG files by a decoder of this package's own, and other JPEG files, PNG, GIF,
 * BMP and TIFF by the JDK's readers and WebP by libwebp, chosen by the file's first bytes and not
 * by what else has registered itself with ImageIO.
 */
final class ImageIoDecoder implements ImageDecoder {
  @Override
  public Image decode(byte[] file, String name) {
    PictureFormat format = PictureFormat.of(file);
    if (format == null) {
      throw new InvalidInputException(
          name
              + (file.length == 0 ? " is empty" : " is no picture; it starts with " + head(file))
              + ". Known formats: "
              + Arrays.toString(PictureFormat.values()));
    }
    PictureFile source = new PictureFile(name, file);
    switch (format) {
      case PNG -> {
        return PngDecoder.decode(source);
      }
      case BMP -> {
        return BmpDecoder.decode(source);
      }
      case PNM -> {
        return PnmDecoder.decode(source);
      }
      case TIFF -> {
        return Orientation.upright(TiffDecoder.decode(source));
      }
      case JPEG -> {
        return jpeg(JpegDecoder.decode(source));
      }
      case WEBP -> {
        return webp(WebpDecoder.decode(source));
      }
      case GIF -> {}
    }
    CleanFile clean = CleanFile.of(format, file, name);
    ImageReader reader = reader(format);
    List<String> warnings = new ArrayList<>();
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(clean.bytes()))) {
      reader.setInput(stream, format != PictureFormat.GIF, true);
      reader.addIIOReadWarningListener((from, warning) -> warnings.add(warning));
      Image.checkSize(name, reader.getWidth(0), reader.getHeight(0));
      Image image =
          switch (format) {
            case GIF -> gif(reader.read(0), clean.bytes());
            case JPEG, PNG, BMP, TIFF, WEBP, PNM ->
                Rasters.image(reader.read(0), format, clean.orientation());
          };
      if (warnings.stream().anyMatch(w -> w.contains("premature end of data"))) {
        throw new InvalidInputException(
            name + " is a JPEG file cut short in its pixels; give the whole file");
      }
      return image;
    } catch (OpenClipException e) {
      throw e;
    } catch (LinkageError e) {
      throw new OpenClipException(
          "the native library that reads "
              + format
              + " files does not load here; save "
              + name
              + " as PNG",
          e);
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          "%s is a damaged or unusual %s file: %s; save it again with another program"
              .formatted(name, format, e.getMessage() == null ? e : e.getMessage()),
          e);
    } finally {
      reader.dispose();
    }
  }

  private static String head(byte[] file) {
    byte[] head = Arrays.copyOf(file, Math.min(12, file.length));
    String text = new String(head, StandardCharsets.ISO_8859_1);
    return text.chars().allMatch(c -> c >= 32 && c < 127)
        ? "'" + text + "'"
        : "bytes " + java.util.HexFormat.ofDelimiter(" ").formatHex(head);
  }

  private static ImageReader reader(PictureFormat format) {
    try {
      if (format == PictureFormat.WEBP) {
        return new WebPImageReaderSpi().createReaderInstance(null);
      }
      Iterator<ImageReaderSpi> readers =
          IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
      while (readers.hasNext()) {
        ImageReaderSpi spi = readers.next();
        if (spi.getClass().getName().startsWith("com.sun.imageio.plugins.")
            && List.of(spi.getFormatNames()).contains(format.name().toLowerCase(Locale.ROOT))) {
          return spi.createReaderInstance(null);
        }
      }
    } catch (IOException e) {
      throw new OpenClipException("the reader of " + format + " files does not start", e);
    }
    throw new OpenClipException(
        "this Java runtime has no reader of "
            + format
            + " files; it needs the module java.desktop");
  }

  private static Image jpeg(JpegPicture picture) {
    ColorMode mode =
        switch (picture.channels()) {
          case 1 -> ColorMode.GREY;
          case 3 -> ColorMode.RGB;
          default -> ColorMode.CMYK;
        };
    int orientation = Exif.orientation(picture.exif(), "");
    return new Image(picture.width(), picture.height(), mode, picture.pixels(), null, orientation);
  }

  private static Image webp(WebpDecoder.Picture picture) {
    return new Image(
        picture.width(),
        picture.height(),
        picture.channels() == 4 ? ColorMode.RGBA : ColorMode.RGB,
        picture.pixels(),
        null,
        Exif.orientation(picture.exif(), ""));
  }

  /** A frame may be smaller than its screen, whose other pixels get the transparent colour or 0. */
  private static Image gif(BufferedImage frame, byte[] file) {
    Image image = Rasters.image(frame, PictureFormat.GIF, 1);
    int width = (file[6] & 0xff) | (file[7] & 0xff) << 8;
    int height = (file[8] & 0xff) | (file[9] & 0xff) << 8;
    int[] corner = gifCorner(file);
    if (width <= image.width() && height <= image.height()) {
      return image;
    }
    byte[] screen = new byte[width * height];
    int transparent =
        frame.getColorModel() instanceof IndexColorModel colors ? colors.getTransparentPixel() : -1;
    Arrays.fill(screen, (byte) Math.max(0, transparent));
    int columns = Math.min(image.width(), width - corner[0]);
    int rows = Math.min(image.height(), height - corner[1]);
    for (int row = 0; row < rows && columns > 0; row++) {
      System.arraycopy(
          image.pixels(),
          row * image.width(),
          screen,
          (row + corner[1]) * width + corner[0],
          columns);
    }
    return new Image(
        width,
        height,
        image.mode() == ColorMode.BILEVEL ? ColorMode.GREY : image.mode(),
        screen,
        image.palette(),
        1);
  }

  /** Returns left and top of the first frame. */
  private static int[] gifCorner(byte[] file) {
    int at = 13 + ((file[10] & 0x80) != 0 ? 3 << ((file[10] & 7) + 1) : 0);
    while (at + 5 < file.length && file[at] == 0x21) {
      at += 2;
      while (at < file.length && file[at] != 0) {
        at += 1 + (file[at] & 0xff);
      }
      at++;
    }
    if (at + 5 >= file.length) {
      return new int[] {0, 0};
    }
    return new int[] {
      (file[at + 1] & 0xff) | (file[at + 2] & 0xff) << 8,
      (file[at + 3] & 0xff) | (file[at + 4] & 0xff) << 8
    };
  }
}
