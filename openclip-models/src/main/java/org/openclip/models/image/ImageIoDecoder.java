package org.openclip.models.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.IIOServiceProvider;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.NativePlace;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageDecoder;
import org.openclip.models.image.format.BmpDecoder;
import org.openclip.models.image.format.PngDecoder;
import org.openclip.models.image.format.PnmDecoder;
import org.openclip.models.image.jpeg.JpegDecoder;
import org.openclip.models.image.source.PictureFile;
import org.openclip.models.image.tiff.TiffDecoder;
import org.openclip.models.image.jpeg.JpegPicture;

/**
 * Decodes the usual JPEG files by a decoder of this package's own, and other JPEG files, PNG, GIF,
 * BMP and TIFF by the JDK's readers and WebP by libwebp, chosen by the file's first bytes and not
 * by what else has registered itself with ImageIO.
 */
final class ImageIoDecoder implements ImageDecoder {
  private static final NativePlace WEBP =
      new NativePlace(
          Path.of(
              System.getProperty(
                  "com.luciad.imageio.webp.tmpdir", System.getProperty("java.io.tmpdir", ""))),
          1 << 20,
          "start Java with -Dcom.luciad.imageio.webp.tmpdir=FOLDER, or -Djava.io.tmpdir=FOLDER, and"
              + " a folder that can be written to and run from");

  /** Whether ImageIO was used, and so has looked for plugins. */
  private volatile boolean registryUsed;

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
      case JPEG, GIF, WEBP -> {}
    }
    CleanFile clean = CleanFile.of(format, file, name);
    if (format == PictureFormat.JPEG) {
      JpegPicture usual = JpegDecoder.decode(clean.bytes());
      if (usual != null) {
        return new Image(
            usual.width(),
            usual.height(),
            usual.channels() == 1 ? ColorMode.GREY : ColorMode.RGB,
            usual.pixels(),
            null,
            clean.orientation());
      }
    }
    ImageReader reader = reader(format);
    List<String> warnings = new ArrayList<>();
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(clean.bytes()))) {
      reader.setInput(stream, format != PictureFormat.GIF, true);
      reader.addIIOReadWarningListener((from, warning) -> warnings.add(warning));
      Image.checkSize(name, reader.getWidth(0), reader.getHeight(0));
      Image image =
          switch (format) {
            case JPEG -> jpeg(reader, clean);
            case GIF -> gif(reader.read(0), clean.bytes());
            case PNG, BMP, TIFF, WEBP, PNM -> Rasters.image(reader.read(0), format, clean.orientation());
          };
      if (warnings.stream().anyMatch(w -> w.contains("premature end of data"))) {
        throw new InvalidInputException(
            name + " is a JPEG file cut short in its pixels; give the whole file");
      }
      return image;
    } catch (OpenClipException e) {
      throw e;
    } catch (LinkageError | IllegalCallerException e) {
      throw new OpenClipException(
          "the native library that reads "
              + format
              + " files does not load here: "
              + WEBP.problem(e, WebPImageReaderSpi.class).orElseGet(() -> NativePlace.root(e))
              + ". Without it, save "
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

  /**
   * Takes the readers and writers of WebP out of ImageIO's registry, which finds them by itself
   * when it is first used, and which the whole JVM shares. None is taken from the class loader of
   * the system, which lives as long.
   */
  @Override
  public void release() {
    ClassLoader own = WebPImageReaderSpi.class.getClassLoader();
    if (!registryUsed || own.equals(ClassLoader.getSystemClassLoader())) {
      return;
    }
    IIORegistry registry = IIORegistry.getDefaultInstance();
    for (Class<? extends IIOServiceProvider> kind :
        List.of(ImageReaderSpi.class, ImageWriterSpi.class)) {
      List<IIOServiceProvider> ours = new ArrayList<>();
      registry
          .getServiceProviders(kind, false)
          .forEachRemaining(
              provider -> {
                if (own.equals(provider.getClass().getClassLoader())) {
                  ours.add(provider);
                }
              });
      ours.forEach(registry::deregisterServiceProvider);
    }
  }

  private static String head(byte[] file) {
    byte[] head = Arrays.copyOf(file, Math.min(12, file.length));
    String text = new String(head, StandardCharsets.ISO_8859_1);
    return text.chars().allMatch(c -> c >= 32 && c < 127)
        ? "'" + text + "'"
        : "bytes " + java.util.HexFormat.ofDelimiter(" ").formatHex(head);
  }

  private ImageReader reader(PictureFormat format) {
    registryUsed = true;
    try {
      if (format == PictureFormat.WEBP) {
        return new WebPImageReaderSpi().createReaderInstance(null);
      }
      Iterator<ImageReaderSpi> readers =
          registry().getServiceProviders(ImageReaderSpi.class, false);
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

  /** A plugin of another jar that cannot be loaded takes the JDK's own readers with it. */
  private static IIORegistry registry() {
    try {
      return IIORegistry.getDefaultInstance();
    } catch (ServiceConfigurationError | LinkageError e) {
      System.getLogger(ImageIoDecoder.class.getName())
          .log(System.Logger.Level.WARNING, "ImageIO goes without the plugins of jars: " + e);
      Thread thread = Thread.currentThread();
      ClassLoader context = thread.getContextClassLoader();
      thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
      try {
        return IIORegistry.getDefaultInstance();
      } finally {
        thread.setContextClassLoader(context);
      }
    }
  }

  private static Image jpeg(ImageReader reader, CleanFile clean) throws IOException {
    int channels = channels(clean.bytes());
    if (channels != 4) {
      return Rasters.image(reader.read(0), PictureFormat.JPEG, clean.orientation());
    }
    Raster raster = reader.readRaster(0, null);
    return Rasters.cmyk(raster, adobeTransform(clean.bytes()) == 2, clean.orientation());
  }

  private static int channels(byte[] jpeg) {
    int at = segment(jpeg, 0xc0, 0xcf);
    return at < 0 ? 3 : jpeg[at + 9] & 0xff;
  }

  private static int adobeTransform(byte[] jpeg) {
    int at = segment(jpeg, 0xee, 0xee);
    return at < 0 || at + 15 >= jpeg.length ? 0 : jpeg[at + 15] & 0xff;
  }

  /** Returns where a segment starts; tables among the frame markers are passed over. */
  private static int segment(byte[] jpeg, int first, int last) {
    int at = 2;
    while (at + 9 < jpeg.length) {
      int marker = jpeg[at + 1] & 0xff;
      boolean table = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
      if (marker >= first && marker <= last && !table) {
        return at;
      }
      if (marker == 0xff) {
        at++;
      } else {
        at += 2 + ((jpeg[at + 2] & 0xff) << 8 | (jpeg[at + 3] & 0xff));
      }
    }
    return -1;
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
