package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.cli.Main;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.JavaProcess;

/** Many pictures go into numbered parts, which are the same however often it was interrupted. */
@Tag("once")
class BulkEmbedTest {
  private static final List<String> NAMES =
      List.of("cat-small.png", "strip.png", "cat-small.bmp", "tiny.png", "palette.png");

  @TempDir Path folder;
  private Path photos;
  private String model;

  @BeforeEach
  void copyPictures() throws IOException {
    model = TinyModels.write(folder.resolve("tiny"));
    photos = Files.createDirectory(folder.resolve("photos"));
    for (int i = 0; i < 23; i++) {
      copy(i, String.format(Locale.ROOT, "%02d.png", i));
    }
    Files.writeString(photos.resolve("05.png"), "no picture");
  }

  private void copy(int which, String name) throws IOException {
    Path file = photos.resolve(name);
    Files.deleteIfExists(file);
    Files.copy(Fixtures.path("preprocess/images/" + NAMES.get(which % NAMES.size())), file);
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000 + which)));
  }

  private CommandLineRun embed(Object... arguments) {
    List<String> all = new ArrayList<>(List.of("embed", "--model", model, "--batch", "3"));
    Stream.of(arguments).forEach(argument -> all.add(argument.toString()));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  /** Returns the files of a folder with their bytes. */
  private static Map<String, byte[]> files(Path out) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> listed = Files.list(out)) {
      for (Path file : listed.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private static void assertSame(Path out, Path other) throws IOException {
    Map<String, byte[]> files = files(out);
    assertThat(files).containsOnlyKeys(files(other).keySet());
    files(other).forEach((name, bytes) -> assertThat(files.get(name)).as(name).isEqualTo(bytes));
  }

  private Path whole() {
    Path out = folder.resolve("whole");
    assertThat(embed(photos, "-o", out + "/", "--part-rows", 5).code()).isZero();
    return out;
  }

  @Test
  void partsHaveTheVectorsOfThePicturesThatTheirMetadataName() throws IOException {
    Path out = folder.resolve("vectors");

    CommandLineRun run = embed(photos, "-o", out + "/", "--part-rows", 5);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(out + "/: 22 embedded, 0 kept, 1 failed, in 5 parts\n");
    assertThat(files(out).keySet())
        .hasSize(13)
        .contains("embeddings_0000.npy", "metadata_0004.jsonl", "failed.jsonl", "embed.json");
    assertThat(Files.readString(out.resolve("failed.jsonl")))
        .contains(photos.resolve("05.png").toString())
        .contains("is not in a supported picture format");
    try (ClipModel clip = OpenClip.model(model).load()) {
      float[][] second = NpyFile.read(out.resolve("embeddings_0001.npy"));
      List<String> lines = Files.readAllLines(out.resolve("metadata_0001.jsonl"));
      assertThat(lines.get(0)).contains("\"row\":0").contains(photos.resolve("06.png").toString());
      assertThat(second[0]).containsExactly(clip.embed(photos.resolve("06.png")), within(1e-5f));
      assertThat(Files.readString(out.resolve("embed.json"))).contains(clip.fingerprint());
    }
  }

  @Test
  void aResumedRunEmbedsWhatChangedAndEndsWithTheSameFiles() throws IOException {
    Path out = folder.resolve("vectors");
    embed(photos, "-o", out + "/", "--part-rows", 5);
    assertThat(embed(photos, "-o", out, "--resume", "--part-rows", 5).out())
        .contains(": 0 embedded, 22 kept, 1 failed");

    copy(4, "05.png");
    copy(8, "01.png");
    Files.delete(photos.resolve("10.png"));
    Files.delete(photos.resolve("11.png"));
    Files.delete(photos.resolve("12.png"));
    Files.delete(photos.resolve("13.png"));
    // A part that is damaged is embedded again.
    Files.write(out.resolve("embeddings_0003.npy"), new byte[] {1, 2, 3});
    CommandLineRun run = embed(photos, "-o", out, "--resume", "--part-rows", 5);

    assertThat(run.out()).contains(": 7 embedded, 12 kept, 0 failed, in 4 parts");
    assertSame(out, whole());
  }

  @Test
  @Timeout(120)
  void aKilledRunGoesOnAndEndsWithTheSameFiles() throws Exception {
    for (int i = 23; i < 400; i++) {
      copy(i, String.format(Locale.ROOT, "%03d.png", i));
    }
    Path out = folder.resolve("vectors");
    Process process =
        new JavaProcess(folder)
            .options("-Xmx512m", "--enable-native-access=ALL-UNNAMED")
            .environment("ORT_DISABLE_TELEMETRY", "1")
            .start(
                Main.class,
                "embed",
                "--model",
                model,
                "--batch",
                "3",
                photos.toString(),
                "-o",
                out + "/",
                "--part-rows",
                "5");
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!Files.exists(out.resolve("metadata_0002.jsonl"))
        && process.isAlive()
        && System.nanoTime() < end) {
      Thread.sleep(1);
    }
    process.destroyForcibly().waitFor();
    assertThat(out.resolve("metadata_0002.jsonl"))
        .as(Files.readString(folder.resolve("err")))
        .exists();
    assertThat(out.resolve("metadata_0079.jsonl")).doesNotExist();
    CommandLineRun run = embed(photos, "-o", out, "--resume", "--part-rows", 5);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).matches("(?s).*: \\d+ embedded, [1-9]\\d+ kept, 1 failed, in 80 parts\n");
    assertSame(out, whole());
  }

  @Test
  void membersOfTarArchivesAreEmbedded() throws Exception {
    Path tar = folder.resolve("shard.tar");
    Process packed =
        new ProcessBuilder("tar", "-cf", tar.toString(), "-C", folder.toString(), "photos").start();
    assertThat(packed.waitFor()).isZero();
    Path out = folder.resolve("vectors");

    CommandLineRun run = embed(tar, "-o", out + "/");

    assertThat(run.out()).contains(": 22 embedded, 0 kept, 1 failed, in 1 parts");
    assertThat(Files.readAllLines(out.resolve("metadata_0000.jsonl")))
        .anyMatch(line -> line.contains(tar + "!/photos/07.png"));
    Files.write(tar, Arrays.copyOf(Files.readAllBytes(tar), 3000));
    CommandLineRun cut = embed(tar, "-o", out + "/", "--resume");
    assertThat(cut.code()).isEqualTo(1);
    assertThat(cut.err()).contains("shard.tar");
  }

  @Test
  void packedArchivesAreReadThroughAndGoOn() throws Exception {
    Path tar = folder.resolve("shard.tar.gz");
    Process packed =
        new ProcessBuilder("tar", "-czf", tar.toString(), "-C", folder.toString(), "photos")
            .start();
    assertThat(packed.waitFor()).isZero();
    Path plain = folder.resolve("shard.tar");
    packed = new ProcessBuilder("sh", "-c", "gzip -dc " + tar + " > " + plain).start();
    assertThat(packed.waitFor()).isZero();
    Path out = folder.resolve("vectors");
    Path other = folder.resolve("others");

    CommandLineRun run = embed(tar, "-o", out + "/", "--threads", 2);
    CommandLineRun same = embed(plain, "-o", other + "/");
    CommandLineRun again = embed(tar, "-o", out + "/", "--resume");

    assertThat(run.out()).contains(": 22 embedded, 0 kept, 1 failed, in 1 parts");
    assertThat(same.code()).isZero();
    assertThat(Files.readAllBytes(out.resolve("embeddings_0000.npy")))
        .isEqualTo(Files.readAllBytes(other.resolve("embeddings_0000.npy")));
    assertThat(again.out()).contains(": 0 embedded, 22 kept, 1 failed, in 1 parts");
    Files.write(tar, Arrays.copyOf(Files.readAllBytes(tar), 3000));
    assertError(1, "shard.tar.gz", tar, "-o", out, "--resume");
  }

  @Test
  void anArchiveBehindAWebServerIsReadAsItComes() throws Exception {
    Path tar = folder.resolve("shard.tgz");
    Process packed =
        new ProcessBuilder("tar", "-czf", tar.toString(), "-C", folder.toString(), "photos")
            .start();
    assertThat(packed.waitFor()).isZero();
    byte[] bytes = Files.readAllBytes(tar);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes);
          }
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/shard.tgz?key=1";
      Path out = folder.resolve("vectors");

      CommandLineRun run = embed(url, "-o", out + "/");

      assertThat(run.out()).as(run.err()).contains(": 22 embedded, 0 kept, 1 failed, in 1 parts");
      assertThat(Files.readAllLines(out.resolve("metadata_0000.jsonl")))
          .anyMatch(line -> line.contains(url + "!/photos/07.png"));
      assertThat(embed(url, "-o", out + "/", "--resume").out()).contains(": 0 embedded, 22 kept");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void picturesThatATableNamesAreEmbedded() throws Exception {
    Path table = folder.resolve("table.tsv");
    Files.writeString(
        table,
        "title\tfilepath\n\"a cat\tor not\"\t%s\na dog\tphotos/01.png\nnothing\t\nx\tnone.png\n"
            .formatted(photos.resolve("00.png")));
    Path out = folder.resolve("vectors");

    CommandLineRun run = embed(table, "-o", out + "/");

    assertThat(run.out()).as(run.err()).contains(": 2 embedded, 0 kept, 2 failed, in 1 parts");
    assertThat(Files.readAllLines(out.resolve("metadata_0000.jsonl")))
        .hasSize(2)
        .anyMatch(line -> line.contains("photos/01.png"));
    assertThat(out.resolve("failed.jsonl"))
        .content()
        .contains("table.tsv line 4")
        .contains("it names no picture")
        .contains("none.png");
    CommandLineRun again = embed(table, "-o", out + "/", "--resume", "--csv-separator", "\\t");
    assertThat(again.out()).contains(": 0 embedded, 2 kept, 2 failed");
    assertError(
        1,
        "choose one with --csv-img-key [filepath]",
        table,
        "-o",
        out + "/",
        "--resume",
        "--csv-img-key",
        "filepaht");
    assertError(2, "must be one character", table, "-o", out + "/", "--csv-separator", "||");
  }

  @Test
  void picturesThatAParquetFileNamesOrContainsAreEmbedded() throws Exception {
    Path table = folder.resolve("table.parquet");
    try (InputStream stream = BulkEmbedTest.class.getResourceAsStream("/parquet/snappy.parquet")) {
      Files.copy(stream, table);
    }
    Path out = folder.resolve("vectors");
    Path other = folder.resolve("others");

    CommandLineRun named = embed(table, "-o", out + "/");
    CommandLineRun contained = embed(table, "-o", other + "/", "--csv-img-key", "image.bytes");
    CommandLineRun again =
        embed(table, "-o", other + "/", "--csv-img-key", "image.bytes", "--resume");

    assertThat(named.out()).as(named.err()).contains(": 3 embedded, 0 kept, 1 failed");
    assertThat(contained.out()).as(contained.err()).contains(": 2 embedded, 0 kept, 2 failed");
    assertThat(again.out()).as(again.err()).contains(": 0 embedded, 2 kept, 2 failed");
    assertThat(other.resolve("failed.jsonl")).content().contains("row 1", "row 2");
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() throws IOException {
    Path out = whole();

    assertError(1, "--resume", photos, "-o", out);
    assertError(1, "choose another folder", photos, "-o", out, "--resume", "--raw");
    assertError(1, "choose another folder", photos, "-o", out, "--resume", "--precision", "bf16");
    assertError(2, "--output FOLDER/", photos, "--resume");
    assertError(2, "supports only pictures", photos, "--text", "a", "-o", out);
    assertError(1, "allow from 1 to", photos, "-o", folder + "/x/", "--part-rows", 1 << 30);
    assertError(1, "allow from 1 to", photos, "-o", folder + "/x/", "--part-rows", 0);
    assertError(2, "must be from 0 to 100", photos, "-o", out, "--fail-above", "101");
    assertError(
        1,
        "1 of 23 pictures cannot be read, more than 4.0 percent",
        photos,
        "-o",
        out,
        "--resume",
        "--part-rows",
        5,
        "--fail-above",
        4);
  }

  private void assertError(int code, String message, Object... arguments) {
    CommandLineRun run = embed(arguments);
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err()).contains(message);
  }
}
