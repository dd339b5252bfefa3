package org.openclip.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import scala.reflect.ClassTag$;

/** What the transformers share: model, input and error columns, and the way over partitions. */
abstract class ClipTransformer<T extends ClipTransformer<T>> extends Transformer
    implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final int MOST_IN_BATCH = 4096;
  private static final int BATCHES_AT_ONCE = 8;

  private final String uid;
  private final Param<String> model;
  private final Param<String> pretrained;
  private final Param<String> backend;
  private final Param<String> inputCol;
  private final Param<String> inputKind;
  private final Param<String> errorCol;
  private final IntParam batchSize;

  ClipTransformer(String uid) {
    this.uid = uid;
    model = new Param<>(uid, "model", "the model's name");
    pretrained =
        new Param<>(uid, "pretrained", "the tag, path or URI of its weights; empty for none");
    backend = new Param<>(uid, "backend", "the backend's name; empty for the preferred one");
    inputCol = new Param<>(uid, "inputCol", "the input column");
    inputKind = new Param<>(uid, "inputKind", "what the input column holds: path, bytes or text");
    errorCol = new Param<>(uid, "errorCol", "the column that says why a row has no result");
    batchSize = new IntParam(uid, "batchSize", "how many pictures or texts run at once, 1 to 4096");
    setDefault(pretrained, "");
    setDefault(backend, "");
    setDefault(inputCol, "path");
    setDefault(inputKind, InputKind.PATH.toString());
    setDefault(errorCol, "error");
    setDefault(batchSize, 32);
  }

  abstract T self();

  @Override
  public String uid() {
    return uid;
  }

  /** Returns the parameter of the model's name. */
  public Param<String> model() {
    return model;
  }

  /** Returns the parameter of the weights' tag, path or URI. */
  public Param<String> pretrained() {
    return pretrained;
  }

  /** Returns the parameter of the backend's name. */
  public Param<String> backend() {
    return backend;
  }

  /** Returns the parameter of the input column. */
  public Param<String> inputCol() {
    return inputCol;
  }

  /** Returns the parameter of what the input column holds. */
  public Param<String> inputKind() {
    return inputKind;
  }

  /** Returns the parameter of the error column. */
  public Param<String> errorCol() {
    return errorCol;
  }

  /** Returns the parameter of the batch size. */
  public IntParam batchSize() {
    return batchSize;
  }

  /**
   * Sets the model: a built-in name, {@code hf-hub:org/repository}, {@code local-dir:FOLDER}, or
   * {@code spark-file:NAME} for a folder that was shipped as an archive, by {@code --archives
   * model.zip#NAME}.
   */
  public T setModel(String name) {
    set(model, name);
    return self();
  }

  /**
   * Sets the weights: a tag, the path or URI of a checkpoint, or {@code spark-file:NAME} for a file
   * that was shipped by {@code --files}. Others must be there on every executor.
   */
  public T setPretrained(String tagOrPath) {
    set(pretrained, tagOrPath);
    return self();
  }

  /** Sets the backend; the preferred one on the executors' path is taken otherwise. */
  public T setBackend(String name) {
    set(backend, name);
    return self();
  }

  /** Sets the input column; {@code path} unless told otherwise. */
  public T setInputCol(String column) {
    set(inputCol, column);
    return self();
  }

  /**
   * Sets what the input column holds.
   *
   * @param kind {@code path}: files in any file system that Hadoop reads; {@code bytes}: the
   *     content of files; {@code text}
   * @throws InvalidInputException for any other
   */
  public T setInputKind(String kind) {
    set(inputKind, InputKind.parse(kind).toString());
    return self();
  }

  /** Sets the column that says why a row has no result, null for the others. */
  public T setErrorCol(String column) {
    set(errorCol, column);
    return self();
  }

  /**
   * Sets how many pictures or texts run at once.
   *
   * @throws InvalidInputException when it is not from 1 to 4096
   */
  public T setBatchSize(int size) {
    if (size < 1 || size > MOST_IN_BATCH) {
      throw new InvalidInputException(
          "batchSize is " + size + ", but must be from 1 to " + MOST_IN_BATCH);
    }
    set(batchSize.w(size));
    return self();
  }

  @Override
  public MLWriter write() {
    return DefaultParamsWritable.super.write();
  }

  final InputKind kind() {
    return InputKind.parse(getOrDefault(inputKind));
  }

  final ModelChoice choice(int threads) {
    if (!isSet(model)) {
      throw new InvalidInputException(
          "no model is set; name one and its weights by setModel and setPretrained");
    }
    String weights = getOrDefault(pretrained);
    String library = getOrDefault(backend);
    return new ModelChoice(
        getOrDefault(model),
        weights.isEmpty() ? null : weights,
        library.isEmpty() ? null : library,
        batch(),
        threads);
  }

  final int batch() {
    return (Integer) getOrDefault((Param<?>) batchSize);
  }

  /** Returns the schema with more columns, and the error column last. */
  final StructType schemaWith(StructType schema, Map<String, DataType> columns) {
    String input = getOrDefault(inputCol);
    if (!Arrays.asList(schema.fieldNames()).contains(input)) {
      throw new InvalidInputException(
          "there is no input column '"
              + input
              + "', but "
              + String.join(", ", schema.fieldNames())
              + "; see setInputCol");
    }
    DataType type = schema.apply(input).dataType();
    if (!type.equals(kind().type())) {
      throw new InvalidInputException(
          "column '"
              + input
              + "' is of type "
              + type.sql()
              + ", but inputKind "
              + kind()
              + " needs "
              + kind().type().sql());
    }
    StructType result = schema;
    for (Map.Entry<String, DataType> column : columns.entrySet()) {
      result = add(result, column.getKey(), column.getValue());
    }
    return add(result, getOrDefault(errorCol), DataTypes.StringType);
  }

  private static StructType add(StructType schema, String name, DataType type) {
    if (Arrays.asList(schema.fieldNames()).contains(name)) {
      throw new InvalidInputException(
          "the output column '" + name + "' is there already; choose another name");
    }
    return schema.add(
        new StructField(name, type, true, org.apache.spark.sql.types.Metadata.empty()));
  }

  /** The columns that a result adds to a row, as Spark's external types, without the error. */
  interface Columns extends Serializable {
    /** Returns the values of one row, all null when it has an error. */
    @Nullable Object[] of(Encoded encoded);
  }

  /** Encodes the input column on the executors. */
  final Dataset<Row> encode(Dataset<?> dataset, StructType schema, boolean unit, Columns columns) {
    SparkSession session = dataset.sparkSession();
    Configuration hadoop = session.sparkContext().hadoopConfiguration();
    Broadcast<SerializableConfiguration> files =
        session
            .sparkContext()
            .broadcast(
                new SerializableConfiguration(hadoop),
                ClassTag$.MODULE$.apply(SerializableConfiguration.class));
    Partitions partitions =
        new Partitions(
            choice(1),
            kind(),
            dataset.schema().fieldIndex(getOrDefault(inputCol)),
            unit,
            files,
            columns);
    return dataset.toDF().mapPartitions(partitions, Encoders.row(schema));
  }

  /** What an executor does with a partition. */
  private record Partitions(
      ModelChoice choice,
      InputKind kind,
      int column,
      boolean unit,
      Broadcast<SerializableConfiguration> files,
      Columns columns)
      implements MapPartitionsFunction<Row, Row> {
    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
      TaskContext task = TaskContext.get();
      ModelChoice own =
          new ModelChoice(
              choice.model(),
              choice.pretrained(),
              choice.backend(),
              choice.batchSize(),
              task.cpus());
      SharedModels.Held held = SharedModels.ofThisJvm().hold(own);
      task.addTaskCompletionListener(
          context -> {
            held.close();
          });
      return new EncodingIterator(
          rows,
          column,
          // With one core there is nothing to overlap; with more, one batch is read while one runs.
          task.cpus() == 1 ? choice.batchSize() : BATCHES_AT_ONCE * choice.batchSize(),
          new ValueEncoder(held.model(), kind, unit, files.value().value()),
          this::append,
          held::close);
    }

    private Row append(Row row, Encoded encoded) {
      @Nullable Object[] added = columns.of(encoded);
      @Nullable Object[] values = new @Nullable Object[row.size() + added.length + 1];
      for (int i = 0; i < row.size(); i++) {
        values[i] = row.get(i);
      }
      System.arraycopy(added, 0, values, row.size(), added.length);
      values[values.length - 1] = encoded.error();
      return RowFactory.create(values);
    }
  }
}
