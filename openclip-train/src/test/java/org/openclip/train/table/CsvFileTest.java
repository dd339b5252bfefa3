package org.openclip.train.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.hub.table.Table;
import org.openclip.testkit.JavaProcess;
import org.openclip.train.data.Sample;
import org.openclip.train.shard.TarFiles;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Tables as people have them; what pandas 1.5.3 reads of each was written down beside it. */
class CsvFileTest {
  @TempDir Path folder;

  /** A table, and what pandas makes of it, columns first; {@code nan} is an empty cell here. */
  record Case(String text, String columns, String rows) {}

  static List<Case> readAsPandasDoes() {
    return List.of(
        new Case("a,b\n1,x \"q\" y\n", "[a, b]", "[[1, x \"q\" y]]"),
        new Case("a,b\n1,\"Big\" dog \"x\"\n2,y\n", "[a, b]", "[[1, Big dog \"x\"], [2, y]]"),
        new Case("a,b\n1,\"a \"\"big\"\" dog\"\n", "[a, b]", "[[1, a \"big\" dog]]"),
        new Case("a,b\n1,\"a \\\"big\\\" dog\"\n", "[a, b]", "[[1, a \\big\\\" dog\"]]"),
        new Case("a,b\r1,x\r2,y\r", "[a, b]", "[[1, x], [2, y]]"),
        new Case("a,b\r\n\r\n1,\"x\r\ny\"\r\n   \r\n2,z", "[a, b]", "[[1, x\r\ny], [2, z]]"),
        new Case("a,b\n  \n  1,x\n\t\n\t2,y\n", "[a, b]", "[[  1, x], [\t2, y]]"),
        new Case("a,b\n  \"1\",x\n", "[a, b]", "[[  \"1\", x]]"),
        new Case("a,b\n0,1,x\n2,3,y\n", "[a, b]", "[[1, x], [3, y]]"),
        new Case("a,b\n0,1,2,x\n3,4,5,y\n", "[a, b]", "[[2, x], [5, y]]"),
        new Case("a,b\n0,1,x\n2,y\n", "[a, b]", "[[1, x], [y, ]]"),
        new Case("a,b\n1,x,\n2,y,\n", "[a, b]", "[[x, ], [y, ]]"),
        new Case("a,b,c\n1\n2,x\n", "[a, b, c]", "[[1, , ], [2, x, ]]"),
        new Case("b,b,b.1,a\n1,2,3,4\n", "[b, b.2, b.1, a]", "[[1, 2, 3, 4]]"),
        new Case("b.1,b,b,a\n1,2,3,4\n", "[b.1, b, b.2, a]", "[[1, 2, 3, 4]]"),
        new Case(
            ",,a,b,Unnamed: 0\n1,2,3,4,5\n",
            "[Unnamed: 0.1, Unnamed: 1, a, b, Unnamed: 0]",
            "[[1, 2, 3, 4, 5]]"),
        new Case("\uFEFF\"a\",b\n1,x\n", "[a, b]", "[[1, x]]"),
        new Case("a,b\n1,\"x\"", "[a, b]", "[[1, x]]"),
        new Case("a,b\n1,", "[a, b]", "[[1, ]]"),
        new Case("a,b\r,x\r", "[a, b]", "[[, x]]"),
        new Case("a,b\r\n\r,1\n", "[a, b]", "[[1, ]]"),
        new Case("a,\"b\nc\"\n1,x\n", "[a, b\nc]", "[[1, x]]"),
        new Case("\n  \na,b\n1,x\n", "[a, b]", "[[1, x]]"),
        new Case("a\n\"\"\n\nx\n", "[a]", "[[], [x]]"),
        new Case("a,b\n1,x\0y\n2,z\n", "[a, b]", "[[1, x], [2, z]]"));
  }

  @ParameterizedTest
  @MethodSource
  void readAsPandasDoes(Case each) throws IOException {
    byte[] bytes = each.text().getBytes(StandardCharsets.UTF_8);
    Table table = new Table("t.csv", new ByteArrayInputStream(bytes), ',');
    List<List<String>> rows = new ArrayList<>();
    for (List<String> row = table.next(); row != null; row = table.next()) {
      rows.add(row);
    }

    assertThat(table.columns()).hasToString(each.columns());
    assertThat(rows).hasToString(each.rows());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<String> captions(Path file, char separator) throws IOException {
    List<String> captions = new ArrayList<>();
    for (Sample sample : CsvFile.read(file, separator, "filepath", "title")) {
      captions.add(sample.caption().read(new SplittableRandom(1)));
    }
    return captions;
  }

  @Test
  void whatPandasRefusesIsRefusedWithItsLine() throws IOException {
    Path longer = write("extra.csv", "filepath,title\n0.png,a cat\n\n1.png,a dog, a cat\n");
    assertThatThrownBy(() -> captions(longer, ','))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(longer.toString())
        .hasMessageContaining("line 4 has 3 cells, but must have 2")
        .hasMessageContaining("quote a cell");
    Path open = write("open.csv", "filepath,title\n0.png,\"a\nb\"\n1.png,\"a dog\n2.png,x\n");
    assertThatThrownBy(() -> captions(open, ','))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("line 4 is never closed");
    assertThatThrownBy(() -> captions(write("comma.csv", "filepath,title\n0.png,x\n"), '\t'))
        .hasMessageContaining("no column 'filepath' but [filepath,title]")
        .hasMessageContaining("--csv-separator, which may be ','");
    assertThatThrownBy(() -> captions(write("none.csv", "\n \n"), ','))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("is empty");
  }

  @Test
  void anotherEncodingIsRefusedWithItsLine() throws IOException {
    // Far behind the first buffer, and in a column that nobody asks for.
    String rows = "a.png\tx\ta cat\r\n".repeat(9000) + "b.png\tcaf\u00e9\ta dog\r\n";
    Path file = folder.resolve("latin1.tsv");
    Files.writeString(file, "filepath\tnote\ttitle\r\n" + rows, StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> captions(file, '\t'))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("line 9002 is not UTF-8")
        .hasMessageContaining("0xe9");
    Path cut = folder.resolve("cut.tsv");
    byte[] bytes = "filepath\ttitle\na.png\tcaf\u00e9".getBytes(StandardCharsets.UTF_8);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> captions(cut, '\t')).hasMessageContaining("line 2 is not UTF-8");
    Path wide = folder.resolve("wide.tsv");
    Files.writeString(wide, "filepath\ttitle\na.png\tx\n", StandardCharsets.UTF_16);
    assertThatThrownBy(() -> captions(wide, '\t')).hasMessageContaining("line 1 is not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "NA", "nan", "null", "N/A", "  "})
  void rowsWithoutACaptionAreSaidAndCannotBeUsed(String none) throws IOException {
    Path file = write("t.csv", "filepath,title\n0.png,a cat\n1.png," + none + "\n2.png,a dog\n");

    CsvFile table = CsvFile.table(file.toString(), new RemoteFiles(), ',', "filepath", "title");

    assertThat(table.samples()).hasSize(3);
    assertThat(table.notes()).hasSize(1).first().asString().contains("1 of 3 rows", "line 3");
    assertThatThrownBy(() -> table.samples().get(1).caption().read(new SplittableRandom(1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 3 of " + file);
  }

  @Test
  void whatIsReadInAnUnexpectedWayIsSaid() throws IOException {
    Path index = write("index.csv", "filepath,title\n0,0.png,a cat\n1,1.png,a\0 dog\n");

    CsvFile table = CsvFile.table(index.toString(), new RemoteFiles(), ',', "filepath", "title");

    assertThat(table.samples()).extracting(Sample::key).containsExactly("0.png", "1.png");
    assertThat(table.notes()).hasSize(2);
    assertThat(table.notes().get(0)).contains("treated as an index");
    assertThat(table.notes().get(1)).contains("1 cells contain a NUL");
  }

  private static byte[] packed(String ending, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    switch (ending) {
      case "gz" -> pack(new GZIPOutputStream(packed), bytes);
      case "bz2" -> pack(new BZip2CompressorOutputStream(packed), bytes);
      case "xz" -> pack(new XZOutputStream(packed, new LZMA2Options(0)), bytes);
      case "zip" -> {
        ZipOutputStream zip = new ZipOutputStream(packed);
        zip.putNextEntry(new ZipEntry("inner.csv"));
        pack(zip, bytes);
      }
      default -> throw new IllegalArgumentException(ending);
    }
    return packed.toByteArray();
  }

  private static void pack(OutputStream stream, byte[] bytes) throws IOException {
    try (stream) {
      stream.write(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({"gz", "bz2", "xz", "zip"})
  void packedTablesAreRead(String ending) throws IOException {
    Path file = folder.resolve("t.CSV." + ending);
    Files.write(file, packed(ending, "filepath,title\n0.png,a cat\n1.png,\"a dog, too\"\n"));

    assertThat(captions(file, ',')).containsExactly("a cat", "a dog, too");
    assertThat(CsvFile.isTable(file.toString())).isTrue();
    assertThat(CsvFile.isTable("t.tar." + ending)).isFalse();
  }

  @Test
  void aTableIsAloneInItsArchive() throws IOException {
    String text = "filepath,title\n0.png,a cat\n";
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("one.csv", TarFiles.text(text));
    Path alone = TarFiles.write(folder.resolve("one.csv.tar.gz"), members);
    assertThat(captions(alone, ',')).containsExactly("a cat");
    members.put("two.csv", TarFiles.text(text));
    Path two = TarFiles.write(folder.resolve("two.csv.tar"), members);
    assertThatThrownBy(() -> captions(two, ',')).hasMessageContaining("several files");
    assertThatThrownBy(
            () -> captions(Files.write(folder.resolve("z.csv.zip"), new byte[] {1}), ','))
        .hasMessageContaining("no file");
  }

  @Test
  @Tag("once")
  void zstandardNamesWhatReadsIt() throws Exception {
    byte[] frame = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0};
    Path file = Files.write(folder.resolve("t.csv.zst"), frame);

    JavaProcess.Run run =
        new JavaProcess(folder).without("zstd-jni.*").run(Reading.class, file.toString());

    assertThat(run.out())
        .as(run.err())
        .contains("InvalidFileException", file.toString())
        .contains("com.github.luben:zstd-jni", "zstd -d");
  }

  /** Reads a table, or prints the error. */
  static final class Reading {
    private Reading() {}

    public static void main(String[] arguments) throws IOException {
      try {
        System.out.println(captions(Path.of(arguments[0]), ','));
      } catch (OpenClipException e) {
        System.out.println(e);
      }
    }
  }
}
