package org.openclip.examples.fashion;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.openclip.examples.ShardWriter;

/**
 * Turns Fashion-MNIST (Xiao et al. 2017, arXiv 1708.07747) into shards with captions, and its test
 * pictures into a folder for each class.
 */
public final class FashionData {
  private static final List<String> CLASSES =
      List.of(
          "t-shirt",
          "trouser",
          "pullover",
          "dress",
          "coat",
          "sandal",
          "shirt",
          "sneaker",
          "bag",
          "ankle boot");

  private static final int PER_SHARD = 2000;
  private static final int PICTURES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;

  private FashionData() {}

  /**
   * Writes everything.
   *
   * @param arguments the folder of the four files of the dataset, and the folder to write
   */
  public static void main(String[] arguments) throws IOException {
    Path source = Path.of(arguments[0]);
    Path out = Path.of(arguments[1]);
    byte[][] pictures = pictures(source.resolve("train-images-idx3-ubyte.gz"));
    byte[] labels = labels(source.resolve("train-labels-idx1-ubyte.gz"));
    Files.createDirectories(out.resolve("train"));
    for (int shard = 0; shard * PER_SHARD < pictures.length; shard++) {
      write(out.resolve("train/%03d.tar".formatted(shard)), shard * PER_SHARD, pictures, labels);
    }
    byte[][] tests = pictures(source.resolve("t10k-images-idx3-ubyte.gz"));
    byte[] classes = labels(source.resolve("t10k-labels-idx1-ubyte.gz"));
    for (int i = 0; i < tests.length; i++) {
      Path folder = out.resolve("test").resolve(CLASSES.get(classes[i]));
      Files.createDirectories(folder);
      Files.write(folder.resolve("%05d.png".formatted(i)), tests[i]);
    }
    System.out.printf("%d pictures to train on, %d to test with%n", pictures.length, tests.length);
  }

  private static void write(Path file, int from, byte[][] pictures, byte[] labels)
      throws IOException {
    try (ShardWriter shard = new ShardWriter(file)) {
      for (int i = from; i < Math.min(from + PER_SHARD, pictures.length); i++) {
        shard.add("%05d".formatted(i), pictures[i], "a photo of a " + CLASSES.get(labels[i]));
      }
    }
  }

  private static byte[][] pictures(Path file) throws IOException {
    try (DataInputStream in = open(file, PICTURES_MAGIC)) {
      byte[][] pictures = new byte[in.readInt()][];
      int height = in.readInt();
      int width = in.readInt();
      byte[] pixels = new byte[height * width];
      for (int i = 0; i < pictures.length; i++) {
        in.readFully(pixels);
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        picture.getRaster().setDataElements(0, 0, width, height, pixels);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        pictures[i] = png.toByteArray();
      }
      return pictures;
    }
  }

  private static byte[] labels(Path file) throws IOException {
    try (DataInputStream in = open(file, LABELS_MAGIC)) {
      byte[] labels = new byte[in.readInt()];
      in.readFully(labels);
      return labels;
    }
  }

  private static DataInputStream open(Path file, int magic) throws IOException {
    DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)));
    if (in.readInt() != magic) {
      in.close();
      throw new IOException(file + " is no file of Fashion-MNIST");
    }
    return in;
  }
}
