package org.openclip.hub.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PictureSource;

/** Every compression gives the same members, in any order of reading; damage is an error. */
class TarMembersTest {
  private static final String LONG = "deep/".repeat(40) + "b.png";

  @TempDir Path folder;

  /** Compresses what is written to a stream. */
  private interface Compression {
    OutputStream open(OutputStream raw) throws IOException;
  }

  private Path write(String name, Compression compression) throws IOException {
    Path file = folder.resolve(name);
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(compression.open(Files.newOutputStream(file)))) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      put(tar, "a.png", TarConstants.LF_NORMAL, "first");
      put(tar, "folder/", TarConstants.LF_DIR, "");
      put(tar, "note.txt", TarConstants.LF_NORMAL, "text ".repeat(300));
      TarArchiveEntry link = new TarArchiveEntry("link.png", TarConstants.LF_SYMLINK);
      link.setLinkName("a.png");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
      put(tar, LONG, TarConstants.LF_NORMAL, "second".repeat(200));
      put(tar, "c.PNG", TarConstants.LF_CONTIG, "third");
    }
    return file;
  }

  private static void put(TarArchiveOutputStream tar, String name, byte kind, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name, kind);
    entry.setSize(bytes.length);
    entry.setModTime(1_700_000_000_000L);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static List<BulkItem> list(Path file) {
    return TarMembers.list(file, name -> name.endsWith("png") || name.endsWith("PNG"));
  }

  private static String text(BulkItem item) {
    return item.source().content() instanceof PictureSource.Encoded encoded
        ? new String(encoded.bytes(), StandardCharsets.UTF_8)
        : "";
  }

  @Test
  void allCompressionsGiveTheSameMembers() throws IOException {
    List<Path> files =
        List.of(
            write("plain.tar", raw -> raw),
            write("a.tar.gz", GZIPOutputStream::new),
            write("a.tbz2", BZip2CompressorOutputStream::new),
            write("a.tar.xz", XZCompressorOutputStream::new),
            write("a.tar.zst", ZstdCompressorOutputStream::new));

    for (Path file : files) {
      List<BulkItem> items = list(file);
      assertThat(items)
          .extracting(BulkItem::id)
          .containsExactly(file + "!/a.png", file + "!/" + LONG, file + "!/c.PNG");
      assertThat(items).extracting(BulkItem::size).containsExactly(5L, 1200L, 5L);
      assertThat(items).extracting(BulkItem::modified).containsOnly(1_700_000_000_000L);
      assertThat(items)
          .extracting(TarMembersTest::text)
          .containsExactly("first", "second".repeat(200), "third");
      Collections.reverse(items);
      assertThat(items)
          .extracting(TarMembersTest::text)
          .containsExactly("third", "second".repeat(200), "first");
    }
  }

  @Test
  void truncatedArchivesAreErrors() throws IOException {
    byte[] whole = Files.readAllBytes(write("whole.tar", raw -> raw));
    Path cut = folder.resolve("cut.tar");
    for (int size : new int[] {0, 100, 512, 700, 1024, whole.length / 2, 5 * 512}) {
      byte[] part = Arrays.copyOf(whole, size);
      Files.write(cut, part);
      assertError(cut, "cut.tar");
      Path packed = folder.resolve("cut.tar.gz");
      try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(packed))) {
        stream.write(part);
      }
      assertError(packed, "cut.tar.gz");
    }
  }

  @Test
  void damagedArchivesAreErrors() throws IOException {
    byte[] bytes = Files.readAllBytes(write("damaged.tar", raw -> raw));
    bytes[1030]++; // In the name of the second member.
    Files.write(folder.resolve("damaged.tar"), bytes);
    assertError(folder.resolve("damaged.tar"), "is damaged or not a tar archive");
    Files.writeString(folder.resolve("none.tar"), "no archive ".repeat(200));
    assertError(folder.resolve("none.tar"), "none.tar");
  }

  @Test
  void aSparseMemberIsAnUnreadablePicture() throws Exception {
    Path sparse = folder.resolve("sparse.png");
    Process made =
        new ProcessBuilder(
                "sh", "-c", "truncate -s 1M sparse.png && tar -cSf sparse.tar sparse.png")
            .directory(folder.toFile())
            .start();
    assertThat(made.waitFor()).isZero();

    List<BulkItem> items = list(folder.resolve("sparse.tar"));

    assertThat(items).hasSize(1);
    assertThat(items.get(0).size()).isEqualTo(Files.size(sparse));
    assertThatThrownBy(() -> items.get(0).source().content())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it is a sparse file");
  }

  private static void assertError(Path file, String message) {
    assertThatThrownBy(() -> list(file))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(message);
  }
}
