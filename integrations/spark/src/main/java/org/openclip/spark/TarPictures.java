package org.openclip.spark;

import java.util.Iterator;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What an executor does with a tar archive: it makes a row of each picture in it.
 *
 * @param files how Hadoop's file systems are reached
 * @param endings those of pictures
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record TarPictures(Broadcast<SerializableConfiguration> files, String[] endings)
    implements FlatMapFunction<Row, Row> {
  /** What the names of archives end with, in lower case. */
  static final String ENDINGS = "\\.(tar|tar\\.gz|tgz|tar\\.bz2|tbz2?|tar\\.xz|txz|tar\\.zst)$";

  /** The column of a picture's bytes; null in the row that tells of a damaged archive. */
  static final String CONTENT = "_content";

  /** The column that says what is wrong with an archive. */
  static final String FAULT = "_fault";

  /**
   * Returns the schema of the pictures.
   *
   * @param archives that of the archives, which comes first
   */
  static StructType schema(StructType archives) {
    return archives
        .add("path", DataTypes.StringType)
        .add("length", DataTypes.LongType)
        .add("modificationTime", DataTypes.TimestampType)
        .add(CONTENT, DataTypes.BinaryType)
        .add(FAULT, DataTypes.StringType);
  }

  @Override
  public Iterator<Row> call(Row archive) {
    TarRows rows = new TarRows(archive, Set.of(endings));
    rows.open(files.value().value());
    TaskContext.get()
        .addTaskCompletionListener(
            context -> {
              rows.close();
            });
    return rows;
  }
}
