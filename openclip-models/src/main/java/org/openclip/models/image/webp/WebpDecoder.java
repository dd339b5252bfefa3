package org.openclip.models.image.webp;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.NativePlace;
import org.openclip.api.image.Image;
import org.openclip.models.image.source.PictureFile;

/** The decoding of WebP: of an animation, the first image on its canvas. */
public final class WebpDecoder {
  private static final NativePlace PLACE =
      new NativePlace(
          Path.of(
              System.getProperty(
                  "com.luciad.imageio.webp.tmpdir", System.getProperty("java.io.tmpdir", ""))),
          1 << 20,
          "start Java with -Dcom.luciad.imageio.webp.tmpdir=FOLDER, or -Djava.io.tmpdir=FOLDER,"
              + " with a folder that is writable and allows executable files");

  private WebpDecoder() {}

  /**
   * A decoded image.
   *
   * @param width columns
   * @param height rows
   * @param channels 3 for red, green and blue, 4 with opacity
   * @param pixels {@code uint8[height, width, channels]}
   * @param exif what the camera wrote; empty for nothing
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Picture(int width, int height, int channels, byte[] pixels, byte[] exif) {}

  /** Decodes a file. */
  public static Picture decode(PictureFile file) {
    WebpContainer container = WebpContainer.read(file);
    BufferedImage picture = read(file, container.picture());
    int columns = picture.getWidth();
    int rows = picture.getHeight();
    boolean framed = container.width() > 0;
    int width = framed ? container.width() : columns;
    int height = framed ? container.height() : rows;
    if (container.left() + columns > width || container.top() + rows > height) {
      throw file.damaged("its picture does not fit into its canvas");
    }
    int channels = picture.getColorModel().hasAlpha() && !container.opaque() ? 4 : 3;
    byte[] pixels = new byte[Math.multiplyExact(channels, width * height)];
    int[] colours = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    for (int y = 0; y < rows; y++) {
      int to = ((container.top() + y) * width + container.left()) * channels;
      for (int x = 0; x < columns; x++, to += channels) {
        int colour = colours[y * columns + x];
        pixels[to] = (byte) (colour >> 16);
        pixels[to + 1] = (byte) (colour >> 8);
        pixels[to + 2] = (byte) colour;
        if (channels == 4) {
          pixels[to + 3] = (byte) (colour >> 24);
        }
      }
    }
    return new Picture(width, height, channels, pixels, container.exif());
  }

  private static BufferedImage read(PictureFile file, byte[] plain) {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(plain))) {
      ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
      try {
        reader.setInput(in, true, true);
        Image.checkSize(file.name(), reader.getWidth(0), reader.getHeight(0));
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (LinkageError | IllegalCallerException e) {
      if (e.getCause() instanceof ClassNotFoundException) {
        throw missing(file, e);
      }
      throw new OpenClipException(
          "the native library that reads WebP files does not load: "
              + PLACE.problem(e, WebPImageReaderSpi.class).orElseGet(() -> NativePlace.root(e))
              + ". Without it, save "
              + file.name()
              + " as PNG",
          e);
    } catch (OpenClipException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw file.damaged("libwebp says " + e.getMessage());
    }
  }

  private static OpenClipException missing(PictureFile file, Throwable cause) {
    return new OpenClipException(
        file.name()
            + " is a WebP picture, and the WebP decoder is not installed; add"
            + " com.github.usefulness:webp-imageio and its dependencies to the class path, or to"
            + " the module path with --add-modules webp.imageio,kotlin.stdlib; or save the picture"
            + " as PNG ("
            + cause
            + ")",
        cause);
  }
}
