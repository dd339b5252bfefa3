package org.openclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.DrawnPictures;

/** The transformers and the job on a cluster with executor processes. */
class ClusterTest {
  @TempDir static Path folder;

  private static SparkSession session;
  private static Map<String, Path> pictures;
  private static List<String> paths;

  @BeforeAll
  static void start() throws IOException {
    Path shipped = folder.resolve("shipped");
    OpenClip.model("emoji-RN").pretrained("embedded").save(shipped);
    Path archive = folder.resolve("shipped.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive));
        DirectoryStream<Path> files = Files.newDirectoryStream(shipped)) {
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
        Files.copy(file, zip);
      }
    }
    session =
        LocalCluster.start(
            Map.of(
                "spark.archives",
                archive + "#shipped",
                "spark.files",
                shipped.resolve("open_clip_model.safetensors").toString()));
    Path input = Files.createDirectory(folder.resolve("pictures"));
    pictures = DrawnPictures.files(input);
    paths = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      for (Path picture : pictures.values()) {
        paths.add(picture.toString());
      }
    }
    paths.set(7, Files.writeString(input.resolve("text.png"), "hello world").toString());
    byte[] cut = Files.readAllBytes(pictures.get("red heart"));
    paths.set(
        50, Files.write(input.resolve("cut.png"), java.util.Arrays.copyOf(cut, 400)).toString());
    paths.set(99, folder.resolve("missing.png").toString());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private static ClipEmbedder embedder() {
    return new ClipEmbedder().setModel("emoji-RN").setPretrained("embedded").setBatchSize(16);
  }

  @Test
  void vectorsAreTheModelsAndBrokenPicturesHaveAReason() {
    Dataset<Row> input = session.createDataset(paths, Encoders.STRING()).toDF("path");

    List<Row> rows = embedder().transform(input.repartition(4)).collectAsList();

    assertThat(rows).hasSize(paths.size());
    Map<String, float[]> expected = new HashMap<>();
    try (ClipModel model = OpenClip.load()) {
      for (Path picture : pictures.values()) {
        expected.put(picture.toString(), model.encodeImages(List.of(picture)).normalised().row(0));
      }
    }
    Map<String, String> errors = new HashMap<>();
    for (Row row : rows) {
      String path = row.getString(0);
      if (expected.containsKey(path)) {
        List<Float> vector = row.getList(1);
        assertThat(row.isNullAt(2)).isTrue();
        for (int i = 0; i < vector.size(); i++) {
          assertThat(vector.get(i)).isCloseTo(expected.get(path)[i], within(1e-5f));
        }
      } else {
        assertThat(row.isNullAt(1)).isTrue();
        errors.put(Path.of(path).getFileName().toString(), row.getString(2));
      }
    }
    assertThat(errors).containsOnlyKeys("text.png", "cut.png", "missing.png");
    assertThat(errors.get("text.png")).contains("is not in a supported picture format");
    assertThat(errors.get("missing.png")).contains("there is no file");
  }

  @Test
  void bytesAndTextsBecomeVectorsOfSparkMl() {
    Dataset<Row> files =
        session
            .read()
            .format("binaryFile")
            .option("pathGlobFilter", "*-*.png")
            .load(folder.resolve("pictures").toString());
    List<Row> rows =
        embedder()
            .setInputKind("bytes")
            .setInputCol("content")
            .setOutputType("vector")
            .setUnit(false)
            .transform(files)
            .select("path", "embedding")
            .collectAsList();
    List<Row> texts =
        embedder()
            .setInputKind("text")
            .setInputCol("words")
            .transform(
                session
                    .createDataset(List.copyOf(pictures.keySet()), Encoders.STRING())
                    .toDF("words"))
            .collectAsList();

    assertThat(rows).hasSize(pictures.size());
    try (ClipModel model = OpenClip.load()) {
      for (Row row : rows) {
        float[] expected =
            model.encodeImages(List.of(Path.of(java.net.URI.create(row.getString(0))))).row(0);
        assertClose(((Vector) row.get(1)).toArray(), expected);
      }
      for (Row row : texts) {
        float[] expected = model.encodeTexts(List.of(row.getString(0))).normalised().row(0);
        double[] vector = row.<Float>getList(1).stream().mapToDouble(Float::doubleValue).toArray();
        assertClose(vector, expected);
      }
    }
  }

  private static void assertClose(double[] vector, float[] expected) {
    assertThat(vector).hasSameSizeAs(expected);
    for (int i = 0; i < vector.length; i++) {
      assertThat(vector[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  @Test
  void zeroShotNamesThePicturesAndIsReadBackFromDisk() throws IOException {
    String[] labels = pictures.keySet().toArray(String[]::new);
    Path saved = folder.resolve("pipeline");
    new Pipeline()
        .setStages(
            new PipelineStage[] {
              new ClipZeroShot()
                  .setModel("emoji-RN")
                  .setPretrained("embedded")
                  .setLabels(labels)
                  .setTemplates(new String[] {"{}", "an emoji of {}"}),
              embedder().setErrorCol("embeddingError")
            })
        .fit(session.createDataset(paths, Encoders.STRING()).toDF("path"))
        .write()
        .overwrite()
        .save(saved.toString());

    List<Row> rows =
        PipelineModel.load(saved.toString())
            .transform(
                session
                    .createDataset(
                        pictures.values().stream().map(Path::toString).toList(), Encoders.STRING())
                    .toDF("path"))
            .collectAsList();

    try (ClipModel model = OpenClip.load()) {
      ZeroShotClassifier classifier =
          ZeroShotClassifier.create(model, List.of(labels), List.of("{}", "an emoji of {}"));
      for (Row row : rows) {
        Path path = Path.of(row.getString(0));
        assertThat(pictures.get(row.<String>getAs("label"))).isEqualTo(path);
        float[] expected = classifier.classify(model.encodeImages(List.of(path)))[0];
        List<Float> probabilities = row.getList(row.fieldIndex("probabilities"));
        for (int i = 0; i < labels.length; i++) {
          assertThat(probabilities.get(i)).isCloseTo(expected[i], within(1e-4f));
        }
        assertThat(row.getList(row.fieldIndex("embedding"))).hasSize(192);
        assertThat(row.isNullAt(row.fieldIndex("error"))).isTrue();
      }
    }
  }

  @Test
  void theBulkJobGoesOnWhereItStopped() throws IOException {
    Path input = Files.createDirectories(folder.resolve("bulk/deeper"));
    DrawnPictures.files(input);
    Files.writeString(input.resolve("broken.png"), "hello world");
    Files.writeString(input.resolve("README.txt"), "no picture");
    Path output = folder.resolve("vectors");
    BulkOptions options =
        BulkOptions.parse(
            "--input",
            input.getParent().toString(),
            "--output",
            output.toString(),
            "--model",
            "emoji-RN",
            "--pretrained",
            "embedded",
            "--files-per-commit",
            "2");

    assertThat(BulkEmbed.run(session, options)).isEqualTo(new BulkEmbed.Written("files", 0, 5, 1));
    assertThat(BulkEmbed.run(session, options)).isEqualTo(new BulkEmbed.Written("files", 5, 0, 0));

    Files.copy(input.resolve("red-heart.png"), input.resolve("another.png"));
    assertThat(BulkEmbed.run(session, options)).isEqualTo(new BulkEmbed.Written("files", 5, 1, 0));

    Dataset<Row> written = session.read().parquet(output.toString());
    assertThat(written.count()).isEqualTo(6);
    assertThat(written.select("path").distinct().count()).isEqualTo(6);
    assertThat(written.where("error is null and size(embedding) = 192").count()).isEqualTo(5);

    BulkOptions other =
        BulkOptions.parse(
            "--input", input.toString(), "--output", output.toString(), "--model", "ViT-B-32");
    assertThatThrownBy(() -> BulkEmbed.run(session, other))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "holds vectors of another model or another kind of input: model=emoji-RN"
                + " pretrained=embedded");
  }

  @Test
  void aKilledExecutorLosesNothingAndEachLoadsTheModelOnce() throws Exception {
    Set<Long> before = executors();
    assertThat(before).hasSize(2);
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.addAll(pictures.values().stream().map(Path::toString).toList());
    }
    Dataset<Row> vectors =
        embedder()
            .transform(session.createDataset(many, Encoders.STRING()).toDF("path").repartition(16));
    CompletableFuture<List<Row>> rows = CompletableFuture.supplyAsync(vectors::collectAsList);
    Thread.sleep(500);
    ProcessHandle.of(before.iterator().next()).orElseThrow().destroyForcibly();

    assertThat(rows.get(2, TimeUnit.MINUTES)).hasSize(many.size());
    assertThat(rows.get()).allMatch(row -> row.isNullAt(2) && row.getList(1).size() == 192);

    List<Integer> models =
        new JavaSparkContext(session.sparkContext())
            .parallelize(List.of(1, 2, 3, 4), 4)
            .map(number -> SharedModels.ofThisJvm().size())
            .collect();
    // One that tasks hold at most, and the two that are kept of those before.
    assertThat(models).allMatch(size -> size <= 3);
    assertThat(executors()).hasSize(2).isNotEqualTo(before);
  }

  @Test
  void modelsAndWeightsAreShippedToTheExecutors() {
    Dataset<Row> input =
        session
            .createDataset(
                pictures.values().stream().map(Path::toString).toList(), Encoders.STRING())
            .toDF("path");

    ClipEmbedder folderOfAModel = embedder().setModel("spark-file:shipped").setPretrained("");
    ClipEmbedder fileOfWeights = embedder().setPretrained("spark-file:open_clip_model.safetensors");

    try (ClipModel model = OpenClip.load()) {
      for (ClipEmbedder embedder : List.of(folderOfAModel, fileOfWeights)) {
        for (Row row : embedder.transform(input).collectAsList()) {
          float[] expected =
              model.encodeImages(List.of(Path.of(row.getString(0)))).normalised().row(0);
          assertClose(
              row.<Float>getList(1).stream().mapToDouble(Float::doubleValue).toArray(), expected);
        }
      }
    }
  }

  @Test
  @Tag("full")
  void ofFiveThousandPicturesNoneIsLostWithAnExecutor() throws Exception {
    List<String> many = new ArrayList<>();
    while (many.size() < 5000) {
      many.addAll(paths);
    }
    long broken = many.stream().filter(path -> !pictures.containsValue(Path.of(path))).count();
    Dataset<Row> vectors =
        embedder()
            .transform(session.createDataset(many, Encoders.STRING()).toDF("path").repartition(40));
    long pid = executors().iterator().next();
    CompletableFuture<List<Row>> rows = CompletableFuture.supplyAsync(vectors::collectAsList);
    Thread.sleep(3000);
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    assertThat(rows.get(5, TimeUnit.MINUTES)).hasSize(many.size());
    assertThat(rows.get().stream().filter(row -> !row.isNullAt(2)).count()).isEqualTo(broken);
    assertThat(rows.get().stream().filter(row -> row.isNullAt(1)).count()).isEqualTo(broken);
  }

  /** Returns the processes of the executors. */
  private static Set<Long> executors() {
    return Set.copyOf(
        new JavaSparkContext(session.sparkContext())
            .parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8)
            .map(
                number -> {
                  Thread.sleep(200);
                  return ProcessHandle.current().pid();
                })
            .collect());
  }

  @Test
  void badColumnsAreToldBeforeTheJob() {
    Dataset<Row> input = session.createDataset(paths, Encoders.STRING()).toDF("path");
    assertThatThrownBy(() -> embedder().setInputCol("file").transform(input))
        .hasMessage("there is no input column 'file', but path; see setInputCol");
    assertThatThrownBy(() -> embedder().setInputKind("bytes").transform(input))
        .hasMessage("column 'path' is of type STRING, but inputKind bytes needs BINARY");
    assertThatThrownBy(() -> embedder().setErrorCol("path").transform(input))
        .hasMessage("the output column 'path' is there already; choose another name");
    assertThatThrownBy(() -> new ClipEmbedder().transform(input))
        .hasMessageContaining("no model is set");
    assertThatThrownBy(() -> embedder().setInputKind("sound"))
        .hasMessage("inputKind is 'sound', but must be one of path, bytes, text");
    assertThatThrownBy(() -> embedder().setBatchSize(0))
        .hasMessage("batchSize is 0, but must be from 1 to 4096");
    assertThatThrownBy(() -> new ClipZeroShot().setModel("emoji-RN").transform(input))
        .hasMessageContaining("no labels are set");
  }
}
