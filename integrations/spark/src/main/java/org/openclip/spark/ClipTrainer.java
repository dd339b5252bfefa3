package org.openclip.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.openclip.api.InvalidInputException;
import scala.reflect.ClassTag$;

/**
 * Trains a model on a cluster: a stage of Spark in barrier mode, each of whose tasks starts one
 * process of {@code openclip train}. The processes train together as those of {@code openclip
 * launch} do, with the same flags and the same results.
 *
 * <p>When a process or an executor fails, all tasks end, and Spark starts the stage again (up to
 * {@code spark.stage.maxConsecutiveAttempts} attempts). It goes on from the last checkpoint.
 *
 * <pre>{@code
 * new ClipTrainer()
 *     .setRanks(8)
 *     .setArguments("--model", "ViT-B-32", "--train-data", "/shared/cc3m/{00000..00331}.tar",
 *         "--train-num-samples", "2905954", "--name", "mine", "--logs", "/shared/logs")
 *     .train(spark);
 * }</pre>
 *
 * <p>Needs {@code openclip-train} and {@code openclip-backend-tf} on the executors.
 */
public final class ClipTrainer {
  private static final String USAGE =
      "--ranks N [--java-option OPTION]... -- FLAG..., the flags of openclip train";

  private static final String INTERRUPTS = "spark.job.interruptOnCancel";

  private int ranks;
  private List<String> arguments = List.of();
  private List<String> javaOptions = List.of();

  /** Creates a trainer. */
  public ClipTrainer() {}

  /**
   * What a training was done by.
   *
   * @param hosts those of the processes, by rank
   * @param attempts how many attempts it took
   */
  public record Trained(List<String> hosts, int attempts) {
    /** Copies the list. */
    public Trained {
      hosts = List.copyOf(hosts);
    }

    /** Returns what is printed in the end. */
    @Override
    public String toString() {
      return "trained by "
          + hosts.size()
          + " processes on "
          + String.join(", ", new TreeSet<>(hosts))
          + ", attempts: "
          + attempts;
    }
  }

  /** Runs a training as a job of {@code spark-submit}. */
  public static void main(String[] arguments) {
    ClipTrainer trainer = parse(arguments);
    SparkSession session = SparkSession.builder().appName("OpenCLIP ClipTrainer").getOrCreate();
    try {
      System.out.println(trainer.train(session));
    } finally {
      session.stop();
    }
  }

  static ClipTrainer parse(String... arguments) {
    List<String> all = Arrays.asList(arguments);
    int end = all.indexOf("--");
    if (end < 0) {
      throw new InvalidInputException("-- is missing before the flags of train; usage: " + USAGE);
    }
    ClipTrainer trainer = new ClipTrainer();
    List<String> options = new ArrayList<>();
    for (int i = 0; i < end; i += 2) {
      String name = all.get(i);
      String value = i + 1 < end ? all.get(i + 1) : null;
      if (value == null) {
        throw new InvalidInputException(name + " has no value; usage: " + USAGE);
      }
      switch (name) {
        case "--ranks" -> trainer.setRanks(number(value));
        case "--java-option" -> options.add(value);
        default ->
            throw new InvalidInputException(
                "'" + name + "' is none of --java-option, --ranks; usage: " + USAGE);
      }
    }
    return trainer
        .setJavaOptions(options.toArray(String[]::new))
        .setArguments(all.subList(end + 1, all.size()).toArray(String[]::new));
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException("--ranks is '" + text + "', but must be a whole number", e);
    }
  }

  /**
   * Sets how many processes train together. The cluster must have so many free task slots at once.
   *
   * @throws InvalidInputException when it is not from 1 to 1024
   */
  public ClipTrainer setRanks(int number) {
    if (number < 1 || number > 1024) {
      throw new InvalidInputException(
          "the number of ranks is " + number + ", but must be from 1 to 1024");
    }
    ranks = number;
    return this;
  }

  /**
   * Sets the flags of {@code openclip train}. Data, {@code --logs} and everything else that they
   * name must be there under the same path on every executor. {@code --threads} is that of {@code
   * spark.task.cpus} unless given.
   *
   * @throws InvalidInputException when {@code --name} is not among them, by which a further attempt
   *     finds the last checkpoint
   */
  public ClipTrainer setArguments(String... flags) {
    List<String> all = List.of(flags);
    if (!has(all, "--name")) {
      throw new InvalidInputException(
          "the run's --name is missing, by which its last checkpoint is found");
    }
    arguments = all;
    return this;
  }

  /**
   * Sets the options of the Java processes that train, such as {@code -Xmx4g}. Those of the
   * executors are not passed on.
   */
  public ClipTrainer setJavaOptions(String... options) {
    javaOptions = List.of(options);
    return this;
  }

  /** Returns whether flags have one of a name, with its value behind it or behind a {@code =}. */
  static boolean has(List<String> flags, String name) {
    return flags.stream().anyMatch(flag -> flag.equals(name) || flag.startsWith(name + "="));
  }

  /**
   * Trains, and returns when all processes have ended well.
   *
   * @throws InvalidInputException when the number of ranks or the flags are not set
   */
  public Trained train(SparkSession session) {
    if (ranks == 0 || arguments.isEmpty()) {
      throw new InvalidInputException(
          "set the number of processes by setRanks, and train's flags by setArguments");
    }
    SparkContext spark = session.sparkContext();
    List<Integer> numbers = IntStream.range(0, ranks).boxed().toList();
    JavaRDD<RankTask.Ended> stage =
        new JavaSparkContext(spark)
            .parallelize(numbers, ranks)
            .rdd()
            .barrier()
            .mapPartitions(
                new RankTask(arguments, javaOptions),
                false,
                ClassTag$.MODULE$.<RankTask.Ended>apply(RankTask.Ended.class))
            .toJavaRDD()
            .repartition(1); // Spark starts a stage in barrier mode again only before a shuffle.
    String before = spark.getLocalProperty(INTERRUPTS);
    spark.setInterruptOnCancel(true); // A task that waits for its process hears of the others' end.
    try {
      List<RankTask.Ended> ended = stage.collect();
      return new Trained(
          ended.stream().map(RankTask.Ended::host).toList(),
          1 + ended.stream().mapToInt(RankTask.Ended::attempt).max().orElse(0));
    } finally {
      spark.setLocalProperty(INTERRUPTS, before);
    }
  }
}
