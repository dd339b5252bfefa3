package org.openclip.models.image.jpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidInputException;
import org.openclip.models.image.source.PictureFile;
import org.openclip.testkit.Fixtures;
import org.w3c.dom.NodeList;

/** The decoder beside the JDK's, which is libjpeg. */
class JpegDecoderTest {
  private static final int[] SIZES = {1, 2, 3, 5, 8, 9, 15, 16, 17, 31, 33, 64, 100, 257};

  private static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(Fixtures.path("preprocess/images").resolve(name));
  }

  /** Smooth and rough parts, and colours of every kind. */
  private static BufferedImage picture(int width, int height, int type) {
    BufferedImage picture = new BufferedImage(width, height, type);
    Random random = new Random(31L * width + height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rough = x * 3 > width ? random.nextInt(1 << 24) : 0;
        int smooth = (x * 7 & 255) << 16 | (y * 5 & 255) << 8 | (x + y & 255);
        picture.setRGB(x, y, smooth ^ rough);
      }
    }
    return picture;
  }

  private static byte[] encode(
      BufferedImage picture, float quality, int across, int down, boolean progressive, int restart)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality(quality);
    if (progressive) {
      param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    }
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(picture), param);
    IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree("javax_imageio_jpeg_image_1.0");
    NodeList components = root.getElementsByTagName("componentSpec");
    ((IIOMetadataNode) components.item(0)).setAttribute("HsamplingFactor", "" + across);
    ((IIOMetadataNode) components.item(0)).setAttribute("VsamplingFactor", "" + down);
    if (restart > 0) {
      IIOMetadataNode interval = new IIOMetadataNode("dri");
      interval.setAttribute("interval", "" + restart);
      root.getElementsByTagName("markerSequence").item(0).appendChild(interval);
    }
    metadata.setFromTree("javax_imageio_jpeg_image_1.0", root);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, metadata), param);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }

  /** Returns where a segment before the first scan starts; -1 when there is none. */
  private static int segment(byte[] file, int marker) {
    int at = 2;
    while ((file[at + 1] & 0xff) != marker) {
      if ((file[at + 1] & 0xff) == 0xda) {
        return -1;
      }
      at += 2 + ((file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff));
    }
    return at;
  }

  private static byte[] decodeByTheJdk(byte[] file) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in);
      Raster raster = reader.read(0).getRaster();
      int[] samples = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
      byte[] bytes = new byte[samples.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) samples[i];
      }
      return bytes;
    } finally {
      reader.dispose();
    }
  }

  private static void assertSame(byte[] file, String what) throws IOException {
    JpegPicture actual = JpegDecoder.decode(new PictureFile(what, file));

    assertThat(actual).as(what).isNotNull();
    assertThat(actual.pixels()).as(what).isEqualTo(decodeByTheJdk(file));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, false, 0",
    "2, 1, false, 0",
    "2, 2, false, 0",
    "1, 1, true, 0",
    "2, 1, true, 0",
    "2, 2, true, 0",
    "2, 2, false, 1",
    "2, 2, false, 5",
    "1, 1, true, 3",
  })
  void yieldsThePixelsOfLibjpeg(int across, int down, boolean progressive, int restart)
      throws IOException {
    for (int width : SIZES) {
      for (int height : new int[] {1, 2, 8, 17, 40}) {
        BufferedImage picture = picture(width, height, BufferedImage.TYPE_INT_RGB);
        float quality = (width * 7 + height * 3) % 101 / 100f;
        byte[] file = encode(picture, quality, across, down, progressive, restart);
        int frame = segment(file, progressive ? 0xc2 : 0xc0);
        assertThat(file[frame + 11]).isEqualTo((byte) (across << 4 | down));
        assertThat(segment(file, 0xdd) > 0).isEqualTo(restart > 0);

        assertSame(file, width + " x " + height + " at " + quality);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void decodesGreyPictures(boolean progressive) throws IOException {
    for (int size : SIZES) {
      BufferedImage picture = picture(size, 40, BufferedImage.TYPE_BYTE_GRAY);

      assertSame(encode(picture, 0.8f, 1, 1, progressive, 0), "width " + size);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat-large.jpg",
        "cat-small-420.jpg",
        "cat-small-444.jpg",
        "cat-small-gray.jpg",
        "cat-small-orientation6.jpg",
        "cat-small-progressive.jpg"
      })
  void decodesPhotographs(String name) throws IOException {
    assertSame(golden(name), name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat-small-420.jpg", "cat-small-progressive.jpg", "cat-small-gray.jpg"})
  void refusesAFileCutShort(String name) throws IOException {
    byte[] whole = golden(name);
    for (int length = 0; length < whole.length - 2; length += 1 + length / 50) {
      PictureFile cut = new PictureFile("cut.jpg", Arrays.copyOf(whole, length));

      assertThatThrownBy(() -> JpegDecoder.decode(cut))
          .as("%d bytes", length)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("cut.jpg is truncated");
    }
  }

  @Test
  void takesMemoryForWhatIsCoded() throws IOException {
    int width = 48_865;
    int height = 150;
    BufferedImage wide = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 20; y < 40; y++) {
      for (int x = 100; x < 2000; x++) {
        wide.setRGB(x, y, 31 * x * y);
      }
    }
    byte[] file = encode(wide, 0.5f, 2, 2, true, 0);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    long before = threads.getCurrentThreadAllocatedBytes();
    JpegPicture picture = JpegDecoder.decode(new PictureFile("wide.jpg", file));
    long taken = threads.getCurrentThreadAllocatedBytes() - before;

    // The pixels, rows in the making, and a sixty-fourth for first coefficients; all coefficients
    // would be 22 million bytes more.
    long pixels = 3L * width * height;
    assertThat(picture.pixels()).hasSize((int) pixels);
    assertThat(taken).isBetween(pixels, pixels + 24_000_000);
    assertSame(file, "wide.jpg");
  }

  @Test
  void refusesWhatNobodyReads() throws IOException {
    byte[] whole = golden("cat-small-420.jpg");
    int frame = segment(whole, 0xc0);
    byte[] deep = whole.clone();
    deep[frame + 4] = 12;
    byte[] lossless = whole.clone();
    lossless[frame + 1] = (byte) 0xc3;
    byte[] fraction = whole.clone();
    fraction[frame + 11] = 0x32;
    fraction[frame + 14] = 0x21;

    assertRefused(deep, "JPEG of 12 bits");
    assertRefused(lossless, "lossless or hierarchical");
    assertRefused(fraction, "fractional chroma sampling");
  }

  private static void assertRefused(byte[] file, String why) {
    assertThatThrownBy(() -> JpegDecoder.decode(new PictureFile("odd.jpg", file)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("odd.jpg is not supported: ")
        .hasMessageContaining(why)
        .hasMessageEndingWith("save it as PNG");
  }
}
