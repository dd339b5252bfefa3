package org.openclip.spark;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * The pictures below a folder, by their endings.
 *
 * @param folder in any file system that Hadoop reads
 */
record BulkFolder(String folder) implements BulkSource {
  @Override
  public String[] key() {
    return BulkSource.file();
  }

  @Override
  public Dataset<Row> units(SparkSession session) {
    Column name = functions.lower(functions.col("path"));
    return BulkSource.files(session, folder)
        .where(
            functions
                .regexp_extract(name, "\\.([^./]+)$", 1)
                .isin((Object[]) BulkSource.endings()));
  }

  @Override
  public Dataset<Row> embed(Dataset<Row> units, ClipEmbedder embedder) {
    return embedder.transform(units.repartition(BulkSource.tasks(units.sparkSession())));
  }
}
