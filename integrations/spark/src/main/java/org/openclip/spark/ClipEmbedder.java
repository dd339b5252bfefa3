package org.openclip.spark;

import java.util.Map;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * A transformer of Spark ML that embeds a column of pictures or texts.
 *
 * <p>It adds a column of vectors and one of errors: a row whose picture cannot be read has a reason
 * in place of a vector, and no other row pays for it. Each executor loads the model once and all of
 * its tasks share it; a call uses as many cores as {@code spark.task.cpus} says.
 *
 * <pre>{@code
 * Dataset<Row> vectors = new ClipEmbedder()
 *     .setModel("ViT-B-32").setPretrained("laion2b_s34b_b79k")
 *     .setInputCol("path")
 *     .transform(spark.read().format("binaryFile").load("hdfs:///pictures").select("path"));
 * }</pre>
 */
public final class ClipEmbedder extends ClipTransformer<ClipEmbedder> {
  private static final long serialVersionUID = 1L;

  private static final String ARRAY = "array";
  private static final String VECTOR = "vector";

  private final Param<String> outputCol = new Param<>(this, "outputCol", "the vectors' column");
  private final Param<String> outputType =
      new Param<>(this, "outputType", "array (of float) or vector (of Spark ML, of double)");
  private final BooleanParam unit =
      new BooleanParam(this, "unit", "whether vectors are scaled to length 1");

  /** Creates a transformer. */
  public ClipEmbedder() {
    this(Identifiable.randomUID("clipEmbedder"));
  }

  /** Creates a transformer with a name, as Spark does when it reads one. */
  public ClipEmbedder(String uid) {
    super(uid);
    setDefault(outputCol, "embedding");
    setDefault(outputType, ARRAY);
    setDefault(unit, true);
  }

  /** Returns what reads a transformer that was written. */
  public static MLReader<ClipEmbedder> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a transformer that was written. */
  public static ClipEmbedder load(String path) {
    return read().load(path);
  }

  /** Returns the parameter of the vectors' column. */
  public Param<String> outputCol() {
    return outputCol;
  }

  /** Returns the parameter of the vectors' type. */
  public Param<String> outputType() {
    return outputType;
  }

  /** Returns the parameter of their scaling. */
  public BooleanParam unit() {
    return unit;
  }

  /** Sets the vectors' column; {@code embedding} unless told otherwise. */
  public ClipEmbedder setOutputCol(String column) {
    set(outputCol, column);
    return this;
  }

  /**
   * Sets the vectors' type: {@code array} of float, or {@code vector} of Spark ML, of double.
   *
   * @throws InvalidInputException for any other
   */
  public ClipEmbedder setOutputType(String type) {
    if (!type.equals(ARRAY) && !type.equals(VECTOR)) {
      throw new InvalidInputException(
          "outputType is '" + type + "', but must be " + ARRAY + " or " + VECTOR);
    }
    set(outputType, type);
    return this;
  }

  /** Sets whether vectors are scaled to length 1, as they are unless told otherwise. */
  public ClipEmbedder setUnit(boolean scaled) {
    set(unit.w(scaled));
    return this;
  }

  private boolean isVector() {
    return getOrDefault(outputType).equals(VECTOR);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    DataType type =
        isVector()
            ? SQLDataTypes.VectorType()
            : DataTypes.createArrayType(DataTypes.FloatType, false);
    return schemaWith(schema, Map.of(getOrDefault(outputCol), type));
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    boolean scaled = (Boolean) getOrDefault((Param<?>) unit);
    return encode(
        dataset,
        transformSchema(dataset.schema()),
        scaled,
        isVector() ? ClipEmbedder::vector : ClipEmbedder::array);
  }

  private static @Nullable Object[] array(Encoded encoded) {
    return new @Nullable Object[] {encoded.vector()};
  }

  private static @Nullable Object[] vector(Encoded encoded) {
    float[] vector = encoded.vector();
    if (vector == null) {
      return new @Nullable Object[] {null};
    }
    double[] wide = new double[vector.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = vector[i];
    }
    return new @Nullable Object[] {Vectors.dense(wide)};
  }

  @Override
  public ClipEmbedder copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  ClipEmbedder self() {
    return this;
  }
}
