package org.openclip.spark;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.util.SerializableConfiguration;
import scala.reflect.ClassTag$;

/**
 * The pictures in the tar archives below a folder, packed ones among them. An archive is read from
 * its beginning to its end by one task, and its rows are written together.
 *
 * @param folder in any file system that Hadoop reads
 */
record BulkShards(String folder) implements BulkSource {
  private static final String[] KEY = {"archive", "archiveLength", "archiveModificationTime"};

  @Override
  public String[] key() {
    return KEY;
  }

  @Override
  public int unitsPerCommit(SparkSession session) {
    return BulkSource.tasks(session);
  }

  @Override
  public Dataset<Row> units(SparkSession session) {
    return BulkSource.files(session, folder)
        .where(functions.lower(functions.col("path")).rlike(TarPictures.ENDINGS))
        .toDF(KEY);
  }

  @Override
  public Dataset<Row> known(Dataset<Row> output) {
    return output.select(BulkSource.columns(KEY)).distinct();
  }

  @Override
  public Dataset<Row> embed(Dataset<Row> units, ClipEmbedder embedder) {
    SparkSession session = units.sparkSession();
    Configuration hadoop = session.sparkContext().hadoopConfiguration();
    Broadcast<SerializableConfiguration> files =
        session
            .sparkContext()
            .broadcast(
                new SerializableConfiguration(hadoop),
                ClassTag$.MODULE$.apply(SerializableConfiguration.class));
    Dataset<Row> pictures =
        units
            .repartition(BulkSource.tasks(session))
            .flatMap(
                new TarPictures(files, BulkSource.endings()),
                Encoders.row(TarPictures.schema(units.schema())));
    return embedder
        .setInputKind("bytes")
        .setInputCol(TarPictures.CONTENT)
        .transform(pictures)
        .withColumn(
            "error", functions.coalesce(functions.col(TarPictures.FAULT), functions.col("error")))
        .drop(TarPictures.CONTENT, TarPictures.FAULT);
  }
}
