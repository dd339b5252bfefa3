package org.openclip.spark.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.spark.ClipEmbedder;

/**
 * Times the embedding of a folder of pictures by two executors of one core, beside two processes
 * without Spark of one core: {@code Throughput FOLDER MODEL WEIGHTS PICTURES ROUNDS}. The pictures
 * of the folder are taken again and again until there are as many. Both sides do the same work
 * several times: the first round includes what a young JVM costs.
 */
public final class Throughput {
  private static final int PROCESSES = 2;

  private final List<Path> pictures;
  private final String model;
  private final String weights;
  private final int rounds;

  private Throughput(List<Path> pictures, String model, String weights, int rounds) {
    this.pictures = pictures;
    this.model = model;
    this.weights = weights;
    this.rounds = rounds;
  }

  /** Runs it; {@code alone} as a sixth argument makes this a process without Spark. */
  public static void main(String[] arguments) throws Exception {
    int wanted = Integer.parseInt(arguments[3]);
    List<Path> pictures = new ArrayList<>();
    List<Path> found;
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      found = files.sorted().toList();
    }
    for (int i = 0; i < wanted; i++) {
      pictures.add(found.get(i % found.size()));
    }
    Throughput throughput =
        new Throughput(pictures, arguments[1], arguments[2], Integer.parseInt(arguments[4]));
    if (arguments.length > 5) {
      throughput.alone(Path.of(arguments[5]));
      return;
    }
    throughput.processes(arguments);
    throughput.spark();
  }

  /** Embeds the pictures again and again in this process. */
  private void alone(Path output) throws IOException {
    ModelBuilder builder = OpenClip.model(model).threads(1);
    if (!weights.isEmpty()) {
      builder.pretrained(weights);
    }
    try (ClipModel loaded = builder.load()) {
      for (int round = 0; round < rounds; round++) {
        long begun = System.nanoTime();
        float[][] kept = new float[pictures.size()][];
        loaded.encodeImages(
            pictures.stream().map(PictureSource::file),
            batch -> {
              for (int i = 0; i < batch.items().size(); i++) {
                kept[(int) batch.items().get(i).index()] = batch.rows().row(i);
              }
            });
        Files.writeString(output.resolve("vectors"), Arrays.toString(kept[0]));
        report("process of its own", round, begun, pictures.size());
      }
    }
  }

  private void processes(String[] arguments) throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Xmx1g");
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(Throughput.class.getName());
      command.addAll(Arrays.asList(arguments).subList(0, 3));
      command.add(Integer.toString(pictures.size() / PROCESSES));
      command.add(arguments[4]);
      command.add(Files.createTempDirectory("alone").toString());
      processes.add(new ProcessBuilder(command).inheritIO().start());
    }
    for (Process process : processes) {
      process.waitFor();
    }
  }

  private void spark() throws IOException {
    // Where a local cluster's executors look for Spark's jars, which they have from the class path.
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    SparkSession session =
        SparkSession.builder()
            .master("local-cluster[2,1,2048]")
            .config("spark.executor.memory", "1g")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config("spark.executor.extraJavaOptions", "--enable-native-access=ALL-UNNAMED")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    Path output = Files.createTempDirectory("vectors");
    try {
      ClipEmbedder embedder = new ClipEmbedder().setModel(model).setPretrained(weights);
      List<String> paths = pictures.stream().map(Path::toString).toList();
      for (int round = 0; round < rounds; round++) {
        long begun = System.nanoTime();
        embedder
            .transform(session.createDataset(paths, Encoders.STRING()).toDF("path").repartition(8))
            .write()
            .mode(SaveMode.Overwrite)
            .parquet(output.toString());
        report("two executors", round, begun, pictures.size());
      }
      System.out.println(
          "kB of an executor: "
              + new JavaSparkContext(session.sparkContext())
                  .parallelize(List.of(1, 2, 3, 4), 4)
                  .map(number -> memory())
                  .collect());
    } finally {
      session.stop();
    }
  }

  /** Returns the resident memory of this process as Linux says it. */
  private static String memory() throws IOException {
    return ProcessHandle.current().pid()
        + " "
        + Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.matches("(VmHWM|VmRSS|RssAnon|RssFile).*"))
            .toList();
  }

  private static void report(String what, int round, long begun, int pictures) {
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s, round %d: %.1f s, %.1f pictures a second",
            what,
            round + 1,
            seconds,
            pictures / seconds));
  }
}
