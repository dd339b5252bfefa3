package org.openclip.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.ImageDecoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;

/**
 * A job for {@code spark-submit} that embeds all pictures below a folder (by their endings) and
 * writes Parquet, with the columns {@code path}, {@code length} (bytes), {@code modificationTime},
 * {@code embedding} ({@code array<float>}, of length 1) and {@code error}.
 *
 * <p>It writes so many files at a time, and when it is started again goes on with those that are
 * new, changed, or were not written yet. The output says which model it is of, and another one is
 * refused.
 */
public final class BulkEmbed {
  /** Beside the Parquet files; names that begin so are no data for Spark. */
  private static final String NOTE = "_openclip";

  private static final String[] KEY = {"path", "length", "modificationTime"};

  private BulkEmbed() {}

  /** Runs the job. */
  public static void main(String[] arguments) {
    BulkOptions options = BulkOptions.parse(arguments);
    SparkSession session = SparkSession.builder().appName("OpenCLIP BulkEmbed").getOrCreate();
    try {
      System.out.println(run(session, options));
    } finally {
      session.stop();
    }
  }

  /**
   * What a run has done.
   *
   * @param before how many files were written by earlier runs
   * @param files how many it wrote
   * @param failed how many of these have an error
   */
  record Written(long before, long files, long failed) {
    @Override
    public String toString() {
      return files
          + " files written, "
          + failed
          + " of them with an error, beside "
          + before
          + " of earlier runs";
    }
  }

  static Written run(SparkSession session, BulkOptions options) {
    note(session, options);
    Dataset<Row> listed =
        session
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", true)
            .load(options.input())
            .select(columns())
            .where(isPicture());
    Dataset<Row> before = written(session, options);
    Dataset<Row> missing =
        (before == null ? listed : join(listed, before, "left_anti"))
            .persist(StorageLevel.DISK_ONLY());
    try {
      long done = before == null ? 0 : before.count();
      long files = missing.count();
      int commits =
          Math.toIntExact((files + options.filesPerCommit() - 1) / options.filesPerCommit());
      ClipEmbedder embedder =
          new ClipEmbedder()
              .setModel(options.model())
              .setPretrained(options.pretrained())
              .setBatchSize(options.batchSize());
      int tasks = Math.max(1, session.sparkContext().defaultParallelism() * 4);
      Column group =
          functions.pmod(functions.xxhash64(functions.col("path")), functions.lit(commits));
      for (int i = 0; i < commits; i++) {
        embedder
            .transform(missing.where(group.equalTo(i)).repartition(tasks))
            .write()
            .mode(SaveMode.Append)
            .parquet(options.output());
      }
      long failed =
          files == 0
              ? 0
              : join(session.read().parquet(options.output()), missing, "left_semi")
                  .where(functions.col("error").isNotNull())
                  .count();
      return new Written(done, files, failed);
    } finally {
      missing.unpersist();
    }
  }

  private static Dataset<Row> join(Dataset<Row> rows, Dataset<Row> others, String type) {
    return rows.join(others, KEY, type);
  }

  private static Column isPicture() {
    String[] endings =
        PluginRegistry.create(OpenClip.class).all(ImageDecoderProvider.class).stream()
            .flatMap(provider -> provider.endings().stream())
            .distinct()
            .toArray(String[]::new);
    Column name = functions.lower(functions.col("path"));
    return functions.regexp_extract(name, "\\.([^./]+)$", 1).isin((Object[]) endings);
  }

  private static Column[] columns() {
    return Arrays.stream(KEY).map(functions::col).toArray(Column[]::new);
  }

  /** Returns the keys of the files that earlier runs have written; null before the first. */
  private static @Nullable Dataset<Row> written(SparkSession session, BulkOptions options) {
    try {
      Path output = new Path(options.output());
      FileSystem system = output.getFileSystem(session.sparkContext().hadoopConfiguration());
      if (!system.exists(new Path(output, "_SUCCESS"))) {
        return null;
      }
    } catch (IOException e) {
      throw new OpenClipException(options.output() + " cannot be read: " + e, e);
    }
    return session.read().parquet(options.output()).select(columns());
  }

  /** Writes which model the output is of, or compares it with what an earlier run wrote. */
  private static void note(SparkSession session, BulkOptions options) {
    String wanted = "model=" + options.model() + "\npretrained=" + options.pretrained() + "\n";
    try {
      Path file = new Path(options.output(), NOTE);
      FileSystem system = file.getFileSystem(session.sparkContext().hadoopConfiguration());
      String found;
      try (InputStream stream = system.open(file)) {
        found = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (FileNotFoundException e) {
        try (OutputStream stream = system.create(file)) {
          stream.write(wanted.getBytes(StandardCharsets.UTF_8));
        }
        return;
      }
      if (!found.equals(wanted)) {
        throw new InvalidInputException(
            options.output()
                + " holds vectors of another model: "
                + found.strip().replace('\n', ' ')
                + "; choose another folder");
      }
    } catch (IOException e) {
      throw new OpenClipException(options.output() + " cannot be written: " + e, e);
    }
  }
}
