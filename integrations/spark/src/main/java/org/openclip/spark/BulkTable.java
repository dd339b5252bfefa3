package org.openclip.spark;

import java.net.URI;
import java.util.Arrays;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.openclip.api.InvalidInputException;

/**
 * A table of Parquet files with a column of paths or of the bytes of pictures. Rows are known again
 * by another column, or by their paths.
 *
 * @param location a file or folder, in any file system that Hadoop reads
 * @param column that of the pictures
 * @param id that by which rows are known; empty for the paths
 */
record BulkTable(String location, String column, String id) implements BulkSource {
  private static final String FILE_NAME = "_file";

  @Override
  public String[] key() {
    return new String[] {id.isEmpty() ? column : id};
  }

  @Override
  public Column group() {
    return functions.col(FILE_NAME);
  }

  @Override
  public Dataset<Row> units(SparkSession session) {
    Dataset<Row> table = session.read().parquet(location);
    check(table.schema());
    String name = key()[0];
    Dataset<Row> units =
        table.select(functions.col(name), functions.input_file_name().as(FILE_NAME));
    long nameless = units.where(functions.col(name).isNull()).count();
    if (nameless > 0) {
      throw new InvalidInputException(
          "%s rows of %s have no '%s', by which they are known again; fill it, or name another column by --id-column"
              .formatted(nameless, location, name));
    }
    return units;
  }

  private void check(StructType schema) {
    for (String name : new String[] {column, key()[0]}) {
      if (!Arrays.asList(schema.fieldNames()).contains(name)) {
        throw new InvalidInputException(
            "%s has no column '%s', but %s; see --column and --id-column"
                .formatted(location, name, String.join(", ", schema.fieldNames())));
      }
    }
    DataType type = schema.apply(column).dataType();
    if (!type.equals(DataTypes.StringType) && !type.equals(DataTypes.BinaryType)) {
      throw new InvalidInputException(
          "column '%s' of %s is of type %s, but must be STRING (paths) or BINARY (bytes of files)"
              .formatted(column, location, type.sql()));
    }
    if (id.isEmpty() && type.equals(DataTypes.BinaryType)) {
      throw new InvalidInputException(
          "column '%s' of %s holds bytes; name the column by which rows are known by --id-column"
              .formatted(column, location));
    }
  }

  /** Reads the files of the units alone, and of these the rows: their bytes are never shuffled. */
  @Override
  public Dataset<Row> embed(Dataset<Row> units, ClipEmbedder embedder) {
    SparkSession session = units.sparkSession();
    String name = key()[0];
    String[] files =
        units.select(FILE_NAME).distinct().collectAsList().stream()
            .map(row -> new Path(URI.create(row.getString(0))).toString())
            .toArray(String[]::new);
    Dataset<Row> table = session.read().parquet(files);
    boolean bytes = table.schema().apply(column).dataType().equals(DataTypes.BinaryType);
    String[] read = name.equals(column) ? key() : new String[] {name, column};
    Dataset<Row> rows =
        table
            .select(BulkSource.columns(read))
            .join(functions.broadcast(units.select(name)), key(), "left_semi");
    return embedder
        .setInputKind(bytes ? "bytes" : "path")
        .setInputCol(column)
        .transform(bytes ? rows : rows.repartition(BulkSource.tasks(session)))
        .select(BulkSource.columns(name, "embedding", "error"));
  }
}
