package org.openclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.DrawnPictures;

/** The bulk job over tar archives and tables. */
class BulkInputsTest {
  private static SparkSession session;
  private static final Map<String, float[]> EXPECTED = new HashMap<>();

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    session =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    try (ClipModel model = OpenClip.load()) {
      DrawnPictures.all().forEach((name, bytes) -> EXPECTED.put(name, model.embed(bytes)));
    }
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private static BulkEmbed.Written run(Path input, Path output, String... more) {
    String[] usual = {
      "--input",
      input.toString(),
      "--output",
      output.toString(),
      "--model",
      "emoji-RN",
      "--pretrained",
      "embedded",
      "--batch",
      "3"
    };
    String[] all = Arrays.copyOf(usual, usual.length + more.length);
    System.arraycopy(more, 0, all, usual.length, more.length);
    return BulkEmbed.run(session, BulkOptions.parse(all));
  }

  /** Writes an archive of pictures in a folder {@code inner}, and a text. */
  private static void tar(Path file, Map<String, byte[]> pictures, String packing)
      throws Exception {
    Map<String, byte[]> members = new LinkedHashMap<>();
    pictures.forEach((name, bytes) -> members.put("inner/" + name + ".png", bytes));
    members.put("inner/notes.txt", "no picture".getBytes(StandardCharsets.UTF_8));
    OutputStream raw = new BufferedOutputStream(Files.newOutputStream(file));
    try (OutputStream packed =
            packing.isEmpty()
                ? raw
                : new CompressorStreamFactory().createCompressorOutputStream(packing, raw);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(packed)) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(member.getKey());
        entry.setSize(member.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(member.getValue());
        tar.closeArchiveEntry();
      }
    }
  }

  private static void assertVector(Row row, String name) {
    List<Float> vector = row.getList(row.fieldIndex("embedding"));
    float[] expected = EXPECTED.get(name);
    assertThat(vector).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(vector.get(i)).isCloseTo(expected[i], within(1e-5f));
    }
  }

  @Test
  void picturesOfArchivesAreEmbeddedAndAnArchiveIsWrittenOnce() throws Exception {
    Path input = Files.createDirectories(folder.resolve("shards"));
    Map<String, byte[]> pictures = DrawnPictures.all();
    tar(input.resolve("plain.tar"), pictures, "");
    tar(input.resolve("packed.tar.gz"), pictures, CompressorStreamFactory.GZIP);
    tar(input.resolve("packed.tar.xz"), pictures, CompressorStreamFactory.XZ);
    tar(input.resolve("packed.tbz"), pictures, CompressorStreamFactory.BZIP2);
    tar(input.resolve("packed.tar.zst"), pictures, CompressorStreamFactory.ZSTANDARD);
    byte[] whole = Files.readAllBytes(input.resolve("plain.tar"));
    int first = 512 + (pictures.get("smiling face").length + 511) / 512 * 512;
    Files.write(input.resolve("cut.tar"), Arrays.copyOf(whole, first + 700));
    tar(input.resolve("empty.tar"), Map.of(), "");
    Files.writeString(input.resolve("README.md"), "no archive");
    Path output = folder.resolve("vectors");

    BulkEmbed.Written written = run(input, output, "--input-kind", "tar");

    assertThat(written).isEqualTo(new BulkEmbed.Written("archives", 0, 7, 2));
    List<Row> rows = session.read().parquet(output.toString()).collectAsList();
    assertThat(rows).hasSize(5 * pictures.size() + 1 + 2);
    Map<String, String> errors = new HashMap<>();
    for (Row row : rows) {
      String path = row.getAs("path");
      String name = path.substring(path.lastIndexOf('/') + 1).replace(".png", "");
      if (row.<String>getAs("error") == null) {
        assertThat(path).contains("!/inner/");
        assertThat(row.<Long>getAs("length")).isEqualTo(pictures.get(name).length);
        assertVector(row, name);
      } else {
        errors.put(name, row.getAs("error"));
      }
    }
    assertThat(errors).containsOnlyKeys("cut.tar", "empty.tar");
    assertThat(errors.get("cut.tar")).contains("is damaged: ");
    assertThat(errors.get("empty.tar")).endsWith("has no picture");

    tar(input.resolve("new.tar"), Map.of("red heart", pictures.get("red heart")), "");
    assertThat(run(input, output, "--input-kind", "tar"))
        .isEqualTo(new BulkEmbed.Written("archives", 7, 1, 0));
    assertThat(session.read().parquet(output.toString()).count()).isEqualTo(rows.size() + 1);
    assertThatThrownBy(() -> run(input, output))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "another kind of input: model=emoji-RN pretrained=embedded input=tar");
  }

  private void table(Path file, int from, int to, boolean bytes) throws IOException {
    Map<String, byte[]> pictures = DrawnPictures.all();
    List<String> names = List.copyOf(pictures.keySet());
    Path files = Files.createDirectories(folder.resolve("files of the table"));
    Map<String, Path> paths = DrawnPictures.files(files);
    List<Row> rows = new java.util.ArrayList<>();
    for (int i = from; i < to; i++) {
      String name = names.get(i % names.size());
      rows.add(
          RowFactory.create(
              i + " " + name,
              bytes ? pictures.get(name) : paths.get(name).toString(),
              "a caption that is not read"));
    }
    StructType schema =
        new StructType()
            .add("id", DataTypes.StringType)
            .add("picture", bytes ? DataTypes.BinaryType : DataTypes.StringType)
            .add("caption", DataTypes.StringType);
    session
        .createDataFrame(rows, schema)
        .repartition(3)
        .write()
        .mode("append")
        .parquet(file.toString());
  }

  @Test
  void columnsOfBytesAndPathsAreEmbeddedAndOnlyNewRowsAgain() throws IOException {
    for (boolean bytes : new boolean[] {true, false}) {
      Path input = folder.resolve("a table " + bytes);
      Path output = folder.resolve("vectors of " + bytes);
      String[] flags = {
        "--input-kind",
        "parquet",
        "--column",
        "picture",
        "--id-column",
        "id",
        "--files-per-commit",
        "4"
      };
      table(input, 0, 10, bytes);

      assertThat(run(input, output, flags)).isEqualTo(new BulkEmbed.Written("rows", 0, 10, 0));
      table(input, 10, 13, bytes);
      assertThat(run(input, output, flags)).isEqualTo(new BulkEmbed.Written("rows", 10, 3, 0));
      assertThat(run(input, output, flags)).isEqualTo(new BulkEmbed.Written("rows", 13, 0, 0));

      Dataset<Row> written = session.read().parquet(output.toString());
      assertThat(written.columns()).containsExactly("id", "embedding", "error");
      assertThat(written.count()).isEqualTo(13);
      for (Row row : written.collectAsList()) {
        assertVector(row, row.getString(0).replaceFirst("^[0-9]+ ", ""));
      }
    }
  }

  @Test
  void columnsThatCannotBeUsedAreNamed() throws IOException {
    Path input = folder.resolve("table");
    Path output = folder.resolve("vectors");
    table(input, 0, 2, true);
    session
        .range(2)
        .selectExpr("cast(null as string) as id", "'x' as picture", "'x' as caption")
        .write()
        .parquet(folder.resolve("nameless").toString());

    assertThatThrownBy(() -> run(input, output, "--input-kind", "parquet"))
        .hasMessageContaining("has no column 'path', but id, picture, caption");
    assertThatThrownBy(() -> run(input, output, "--input-kind", "parquet", "--column", "picture"))
        .hasMessageContaining("holds bytes; name the column by which rows are known");
    assertThatThrownBy(
            () ->
                run(
                    folder.resolve("nameless"),
                    output,
                    "--input-kind",
                    "parquet",
                    "--column",
                    "picture",
                    "--id-column",
                    "id"))
        .hasMessageContaining("2 rows of ")
        .hasMessageContaining("have no 'id'");
    assertThatThrownBy(() -> run(input, output, "--column", "picture"))
        .hasMessageContaining("--column is for --input-kind parquet");
    assertThatThrownBy(() -> run(input, output, "--input-kind", "zip"))
        .hasMessage("--input-kind is 'zip', but must be one of pictures, tar, parquet");
    assertThat(output).doesNotExist();
  }
}
