package org.openclip.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.deploy.SparkSubmit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.testkit.DrawnPictures;
import org.openclip.testkit.JavaProcess;

/** The bulk job as {@code spark-submit} runs it, killed in the middle. */
@Tag("full")
class KilledJobTest {
  private static final int COPIES = 15;

  @TempDir Path folder;

  @Test
  void startedAgainItWritesTheRestAndNothingTwice() throws Exception {
    Path input = Files.createDirectory(folder.resolve("pictures"));
    Path output = folder.resolve("vectors");
    int files = 0;
    for (Map.Entry<String, byte[]> picture : DrawnPictures.all().entrySet()) {
      for (int i = 0; i < COPIES; i++) {
        Files.write(input.resolve("picture" + files++ + ".png"), picture.getValue());
      }
    }
    Path jar = folder.resolve("empty.jar");
    try (java.util.jar.JarOutputStream empty =
        new java.util.jar.JarOutputStream(
            Files.newOutputStream(jar), new java.util.jar.Manifest())) {
      empty.finish();
    }
    JavaProcess java =
        new JavaProcess(folder)
            .options("@" + Path.of("src", "sample", "java.args").toAbsolutePath());
    String[] arguments = {
      "--master",
      "local[2]",
      "--class",
      BulkEmbed.class.getName(),
      jar.toString(),
      "--input",
      input.toString(),
      "--output",
      output.toString(),
      "--model",
      "emoji-RN",
      "--pretrained",
      "embedded",
      "--files-per-commit",
      "20"
    };

    Process killed = java.start(SparkSubmit.class, arguments);
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (parts(output) == 0 && killed.isAlive() && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    killed.destroyForcibly().waitFor();
    assertThat(killed.exitValue()).as("it was killed while it ran").isEqualTo(137);
    Process second = java.start(SparkSubmit.class, arguments);
    second.waitFor(5, TimeUnit.MINUTES);
    JavaProcess.Run again = java.end(second);

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out()).containsPattern("\\d+ files written, 0 of them with an error");
    assertThat(again.out()).doesNotContain("beside 0 of earlier runs");
    SparkSession session =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", false).getOrCreate();
    try {
      Dataset<Row> rows = session.read().parquet(output.toString());
      assertThat(rows.count()).isEqualTo(files);
      assertThat(rows.select("path").distinct().count()).isEqualTo(files);
      assertThat(rows.where("size(embedding) = 192 and error is null").count()).isEqualTo(files);
    } finally {
      session.stop();
    }
  }

  /** Returns whether a commit is done: the mark that Spark writes last. */
  private static long parts(Path output) throws IOException {
    if (!Files.exists(output)) {
      return 0;
    }
    try (Stream<Path> found = Files.list(output)) {
      return found.filter(file -> file.endsWith("_SUCCESS")).count();
    }
  }
}
