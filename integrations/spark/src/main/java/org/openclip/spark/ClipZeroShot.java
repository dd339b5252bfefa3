package org.openclip.spark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
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
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.Probabilities;
import org.openclip.api.model.ZeroShotClassifier;

/**
 * A transformer of Spark ML that classifies pictures by naming the classes: it adds the label that
 * fits best, how probable each label is (in the order of the labels), and a column of errors.
 *
 * <p>The labels are encoded once a job, by the driver, which loads the model for it; executors
 * encode pictures alone.
 */
public final class ClipZeroShot extends ClipTransformer<ClipZeroShot> {
  private static final long serialVersionUID = 1L;

  private final StringArrayParam labels =
      new StringArrayParam(this, "labels", "the names of the classes");
  private final StringArrayParam templates =
      new StringArrayParam(this, "templates", "prompts with {} in the place of a label");
  private final Param<String> labelCol =
      new Param<>(this, "labelCol", "the column of the label that fits best");
  private final Param<String> probabilitiesCol =
      new Param<>(this, "probabilitiesCol", "the column of all probabilities");

  /** Creates a transformer. */
  public ClipZeroShot() {
    this(Identifiable.randomUID("clipZeroShot"));
  }

  /** Creates a transformer with a name, as Spark does when it reads one. */
  public ClipZeroShot(String uid) {
    super(uid);
    setDefault(templates, new String[] {ZeroShotClassifier.PLACE});
    setDefault(labelCol, "label");
    setDefault(probabilitiesCol, "probabilities");
  }

  /** Returns what reads a transformer that was written. */
  public static MLReader<ClipZeroShot> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a transformer that was written. */
  public static ClipZeroShot load(String path) {
    return read().load(path);
  }

  /** Returns the parameter of the labels. */
  public StringArrayParam labels() {
    return labels;
  }

  /** Returns the parameter of the prompts. */
  public StringArrayParam templates() {
    return templates;
  }

  /** Returns the parameter of the column of the label that fits best. */
  public Param<String> labelCol() {
    return labelCol;
  }

  /** Returns the parameter of the column of all probabilities. */
  public Param<String> probabilitiesCol() {
    return probabilitiesCol;
  }

  /** Sets the names of the classes, all different. */
  public ClipZeroShot setLabels(String[] names) {
    set(labels, names);
    return this;
  }

  /** Sets the prompts, with {@code {}} in the place of a label; the label alone otherwise. */
  public ClipZeroShot setTemplates(String[] prompts) {
    set(templates, prompts);
    return this;
  }

  /** Sets the column of the label that fits best; {@code label} unless told otherwise. */
  public ClipZeroShot setLabelCol(String column) {
    set(labelCol, column);
    return this;
  }

  /** Sets the column of all probabilities; {@code probabilities} unless told otherwise. */
  public ClipZeroShot setProbabilitiesCol(String column) {
    set(probabilitiesCol, column);
    return this;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    if (kind() == InputKind.TEXT) {
      throw new InvalidInputException("inputKind is text, but must be path or bytes of pictures");
    }
    Map<String, DataType> columns = new LinkedHashMap<>();
    columns.put(getOrDefault(labelCol), DataTypes.StringType);
    columns.put(
        getOrDefault(probabilitiesCol), DataTypes.createArrayType(DataTypes.FloatType, false));
    return schemaWith(schema, columns);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    if (!isSet(labels)) {
      throw new InvalidInputException("no labels are set; name the classes by setLabels");
    }
    StructType schema = transformSchema(dataset.schema());
    return encode(dataset, schema, false, classes());
  }

  private Classes classes() {
    try (SharedModels.Held held = SharedModels.ofThisJvm().hold(choice(0))) {
      ClipModel model = held.model();
      ZeroShotClassifier classifier =
          ZeroShotClassifier.create(
              model, List.of(getOrDefault(labels)), List.of(getOrDefault(templates)));
      return new Classes(classifier, model);
    }
  }

  /** The classes' unit vectors, one after the other, and how the model compares. */
  private static final class Classes implements Columns {
    private static final long serialVersionUID = 1L;

    private final String[] labels;
    private final float[] vectors;
    private final float scale;
    private final float bias;
    private final boolean sigmoid;

    Classes(ZeroShotClassifier classifier, ClipModel model) {
      labels = classifier.labels().toArray(String[]::new);
      vectors = classifier.classes().toArray();
      scale = model.logitScale();
      bias = model.logitBias();
      sigmoid = model.sigmoid();
    }

    @Override
    public @Nullable Object[] of(Encoded encoded) {
      float[] picture = encoded.vector();
      if (picture == null) {
        return new @Nullable Object[] {null, null};
      }
      float[][] logits =
          Embeddings.of(picture.length, picture)
              .logits(Embeddings.of(picture.length, vectors), scale, bias);
      float[] probabilities =
          (sigmoid ? Probabilities.sigmoid(logits) : Probabilities.softmax(logits))[0];
      int best = 0;
      for (int i = 1; i < probabilities.length; i++) {
        best = probabilities[i] > probabilities[best] ? i : best;
      }
      return new @Nullable Object[] {labels[best], probabilities};
    }
  }

  @Override
  public ClipZeroShot copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  ClipZeroShot self() {
    return this;
  }
}
