package org.openclip.spark;

import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.openclip.api.spi.ImageDecoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;

/** Where {@link BulkEmbed} takes its pictures from, in units that are written as a whole. */
sealed interface BulkSource permits BulkFolder, BulkShards, BulkTable {
  /** Returns the columns of a listed file, by which it is known again. */
  static String[] file() {
    return new String[] {"path", "length", "modificationTime"};
  }

  /** Returns the output's columns by which a unit is known again. */
  String[] key();

  /** Returns all units there are, by their keys, without their content. */
  Dataset<Row> units(SparkSession session);

  /** Returns what units are grouped by when they are divided among commits. */
  default Column group() {
    return functions.col(key()[0]);
  }

  /** Returns how many units are written together unless told otherwise. */
  default int unitsPerCommit(SparkSession session) {
    return 100_000;
  }

  /** Returns the keys of the units that an output has. */
  default Dataset<Row> known(Dataset<Row> output) {
    return output.select(columns(key()));
  }

  /**
   * Embeds units.
   *
   * @param units some of those that {@link #units} returns, at least one
   * @param embedder with model and batch size
   * @return rows with the key, {@code embedding} and {@code error}
   */
  Dataset<Row> embed(Dataset<Row> units, ClipEmbedder embedder);

  /** Returns columns of names. */
  static Column[] columns(String... names) {
    return Arrays.stream(names).map(functions::col).toArray(Column[]::new);
  }

  /** Returns the files below a folder, without their content. */
  static Dataset<Row> files(SparkSession session, String folder) {
    return session
        .read()
        .format("binaryFile")
        .option("recursiveFileLookup", true)
        .load(folder)
        .select(columns(file()));
  }

  /** Returns the endings of pictures. */
  static String[] endings() {
    return PluginRegistry.create(OpenClip.class).all(ImageDecoderProvider.class).stream()
        .flatMap(provider -> provider.endings().stream())
        .distinct()
        .toArray(String[]::new);
  }

  /** Returns over how many tasks units are spread: several a slot, so that none waits long. */
  static int tasks(SparkSession session) {
    return Math.max(1, session.sparkContext().defaultParallelism() * 4);
  }
}
