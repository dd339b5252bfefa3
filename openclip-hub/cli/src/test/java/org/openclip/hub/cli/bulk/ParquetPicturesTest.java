package org.openclip.hub.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PictureSource;
import org.openclip.hub.remote.RemoteFiles;

/**
 * The pictures of two files that Spark 4.2 wrote, with Snappy and with Zstandard: four rows with
 * {@code filepath} and {@code image.bytes}, of which the second has neither, and the third has no
 * picture in its bytes.
 */
class ParquetPicturesTest {
  @TempDir Path folder;

  private Path copy(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream stream = ParquetPicturesTest.class.getResourceAsStream("/parquet/" + name)) {
      Files.copy(stream, file);
    }
    return file;
  }

  private static List<BulkItem> list(Path file, String column) {
    return new TablePictures(column, null).list(file, new RemoteFiles());
  }

  private static byte[] bytes(BulkItem item) {
    return item.source().content() instanceof PictureSource.Encoded encoded
        ? encoded.bytes()
        : new byte[0];
  }

  @ParameterizedTest
  @ValueSource(strings = {"snappy.parquet", "zstd.parquet"})
  void textsArePaths(String name) throws IOException {
    Path file = copy(name);
    Files.createDirectory(folder.resolve("photos"));
    Files.write(folder.resolve("photos/00.png"), new byte[] {7});

    List<BulkItem> items = list(file, "filepath");

    assertThat(items)
        .extracting(BulkItem::id)
        .containsExactly(
            folder.resolve("photos/00.png").toString(),
            file + " row 1",
            "photos/03.png",
            "photos/02.png");
    assertThat(items.get(0).size()).isEqualTo(1);
    assertUnreadable(items.get(1), "it names no picture");
  }

  @ParameterizedTest
  @ValueSource(strings = {"snappy.parquet", "zstd.parquet"})
  void bytesArePicturesInAnyOrderOfReading(String name) throws IOException {
    Path file = copy(name);

    List<BulkItem> items = list(file, "image.bytes");

    assertThat(items)
        .extracting(BulkItem::id)
        .containsExactly(file + " row 0", file + " row 1", file + " row 2", file + " row 3");
    assertUnreadable(items.get(1), "it names no picture");
    assertThat(bytes(items.get(2))).containsExactly(1, 2, 3);
    Collections.reverse(items);
    for (int row : new int[] {0, 3}) { // The last, then the first.
      byte[] picture = bytes(items.get(row));
      assertThat(picture).hasSize((int) items.get(row).size());
      assertThat(ImageIO.read(new ByteArrayInputStream(picture)).getWidth()).isEqualTo(32);
    }
  }

  @Test
  void wrongColumnsAreErrors() throws IOException {
    Path file = copy("snappy.parquet");
    assertError(file, "filepaht", "choose one with --csv-img-key [filepath]");
    assertError(file, "n", "[filepath, image.bytes, image.path]");
    assertError(file, "image", "has no column 'image' of texts or bytes");
  }

  @Test
  void damagedFilesAreErrors() throws IOException {
    Path file = copy("snappy.parquet");
    byte[] whole = Files.readAllBytes(file);
    for (int size : new int[] {0, 3, 8, 100, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, size));
      assertError(file, "filepath", "cannot be read as Parquet");
    }
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, 10, whole.length / 2, (byte) 0x5a);
    Files.write(file, damaged);
    assertError(file, "image.bytes", "cannot be read as Parquet");
  }

  private static void assertUnreadable(BulkItem item, String message) {
    assertThatThrownBy(() -> item.source().content())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  private static void assertError(Path file, String column, String message) {
    assertThatThrownBy(() -> list(file, column))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(message);
  }
}
