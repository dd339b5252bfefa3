package org.openclip.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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

/**
 * A job for {@code spark-submit} that embeds pictures and writes Parquet: all below a folder (by
 * their endings), those in the tar archives below a folder, or a column of a table of Parquet
 * files. Its columns are {@code embedding} ({@code array<float>}, of length 1), {@code error}, and
 * before them what tells the picture: {@code path}, {@code length} (bytes) and {@code
 * modificationTime}, of tar archives also those of the archive; of a table the column by which rows
 * are known.
 *
 * <p>It writes so many files, archives or rows at a time, and when it is started again goes on with
 * those that are new, changed, or were not written yet. The output says which model and which kind
 * of input it is of, and others are refused.
 */
public final class BulkEmbed {
  /** Beside the Parquet files; names that begin so are no data for Spark. */
  private static final String NOTE = "_openclip";

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
   * @param unit what it counts: files, archives or rows
   * @param before how many were written by earlier runs
   * @param written how many it wrote
   * @param failed how many pictures among these have an error
   */
  record Written(String unit, long before, long written, long failed) {
    @Override
    public String toString() {
      return written
          + " "
          + unit
          + " written, "
          + failed
          + (unit.equals("archives") ? " pictures in them" : " of them")
          + " with an error, beside "
          + before
          + " of earlier runs";
    }
  }

  static Written run(SparkSession session, BulkOptions options) {
    BulkSource source = options.source();
    Dataset<Row> all = source.units(session); // What is wrong with it is said first.
    note(session, options);
    Dataset<Row> before = written(session, source, options);
    Dataset<Row> missing =
        (before == null ? all : all.join(before, source.key(), "left_anti"))
            .persist(StorageLevel.DISK_ONLY());
    try {
      long done = before == null ? 0 : before.count();
      long units = missing.count();
      int most =
          options.unitsPerCommit() == 0 ? source.unitsPerCommit(session) : options.unitsPerCommit();
      int commits = Math.toIntExact((units + most - 1) / most);
      Column group = functions.pmod(functions.xxhash64(source.group()), functions.lit(commits));
      for (int i = 0; i < commits; i++) {
        Dataset<Row> some = missing.where(group.equalTo(i));
        if (!some.isEmpty()) {
          source
              .embed(some, embedder(options))
              .write()
              .mode(SaveMode.Append)
              // The numbers of vectors hardly repeat: looking for those that do is lost time.
              .option("parquet.enable.dictionary#embedding.list.element", false)
              .parquet(options.output());
        }
      }
      long failed =
          units == 0
              ? 0
              : session
                  .read()
                  .parquet(options.output())
                  .where(functions.col("error").isNotNull())
                  .join(missing, source.key(), "left_semi")
                  .count();
      return new Written(options.kind().unit(), done, units, failed);
    } finally {
      missing.unpersist();
    }
  }

  private static ClipEmbedder embedder(BulkOptions options) {
    return new ClipEmbedder()
        .setModel(options.model())
        .setPretrained(options.pretrained())
        .setBatchSize(options.batchSize());
  }

  /** Returns the keys of what earlier runs have written; null before the first. */
  private static @Nullable Dataset<Row> written(
      SparkSession session, BulkSource source, BulkOptions options) {
    try {
      Path output = new Path(options.output());
      FileSystem system = output.getFileSystem(session.sparkContext().hadoopConfiguration());
      if (!system.exists(new Path(output, "_SUCCESS"))) {
        return null;
      }
    } catch (IOException e) {
      throw new OpenClipException(options.output() + " cannot be read: " + e, e);
    }
    return source.known(session.read().parquet(options.output()));
  }

  /** Writes which model the output is of, or compares it with what an earlier run wrote. */
  private static void note(SparkSession session, BulkOptions options) {
    String wanted =
        "model="
            + options.model()
            + "\npretrained="
            + options.pretrained()
            + "\n"
            + options.kind().note();
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
                + " holds vectors of another model or another kind of input: "
                + found.strip().replace('\n', ' ')
                + "; choose another folder");
      }
    } catch (IOException e) {
      throw new OpenClipException(options.output() + " cannot be written: " + e, e);
    }
  }
}
