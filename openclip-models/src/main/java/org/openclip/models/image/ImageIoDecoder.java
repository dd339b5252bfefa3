package org.openclip.models.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageDecoder;
import org.openclip.models.image.format.BmpDecoder;
import org.openclip.models.image.format.Exif;
import org.openclip.models.image.format.GifDecoder;
import org.openclip.models.image.format.PngDecoder;
import org.openclip.models.image.format.PnmDecoder;
import org.openclip.models.image.jpeg.JpegDecoder;
import org.openclip.models.image.jpeg.JpegPicture;
import org.openclip.models.image.source.PictureFile;
import org.openclip.models.image.tiff.TiffDecoder;
import org.openclip.models.image.webp.WebpDecoder;

/**
 * Decodes picture files by the decoders of this package's subpackages, chosen by the file's first
 * bytes and not by its name or by what else has registered itself with ImageIO.
 */
final class ImageIoDecoder implements ImageDecoder {
  @Override
  public Image decode(byte[] file, String name) {
    PictureFormat format = PictureFormat.of(file);
    if (format == null) {
      throw new InvalidInputException(
          name
              + (file.length == 0 ? " is empty" : " is not a picture; it starts with " + head(file))
              + ". Supported formats: "
              + Arrays.toString(PictureFormat.values()));
    }
    PictureFile source = new PictureFile(name, file);
    try {
      return switch (format) {
        case JPEG -> jpeg(JpegDecoder.decode(source));
        case PNG -> PngDecoder.decode(source);
        case GIF -> GifDecoder.decode(source);
        case BMP -> BmpDecoder.decode(source);
        // Pillow turns what is in a TIFF file when it loads it, whether it is asked to or not.
        case TIFF -> Orientation.upright(TiffDecoder.decode(source));
        case WEBP -> webp(WebpDecoder.decode(source));
        case PNM -> PnmDecoder.decode(source);
      };
    } catch (OpenClipException e) {
      throw e;
    } catch (OutOfMemoryError e) {
      throw new InvalidInputException(
          name
              + " needs more memory than the Java heap limit of "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MB; scale it down, or raise the limit with -Xmx",
          e);
    } catch (RuntimeException e) {
      // Whatever else the bytes make a decoder stumble over is a fault of the file.
      throw new InvalidInputException(
          name
              + " is a damaged "
              + format
              + " file ("
              + e.getClass().getSimpleName()
              + "); save it again with another program",
          e);
    }
  }

  private static String head(byte[] file) {
    byte[] head = Arrays.copyOf(file, Math.min(12, file.length));
    String text = new String(head, StandardCharsets.ISO_8859_1);
    return text.chars().allMatch(c -> c >= 32 && c < 127)
        ? "'" + text + "'"
        : "bytes " + HexFormat.ofDelimiter(" ").formatHex(head);
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
}
