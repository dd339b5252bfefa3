package org.openclip.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * A cluster of Spark on this machine whose executors are processes of their own, with the class
 * path of the test.
 */
final class LocalCluster {
  /** What Spark's scripts give to Java, and {@code pom.xml} to this one. */
  private static final String OPENS =
      Stream.of(
              "java.base/java.lang",
              "java.base/java.lang.invoke",
              "java.base/java.lang.reflect",
              "java.base/java.io",
              "java.base/java.net",
              "java.base/java.nio",
              "java.base/java.util",
              "java.base/java.util.concurrent",
              "java.base/java.util.concurrent.atomic",
              "java.base/sun.nio.ch",
              "java.base/sun.nio.cs",
              "java.base/sun.util.calendar")
          .map(name -> "--add-opens=" + name + "=ALL-UNNAMED")
          .collect(Collectors.joining(" "));

  private LocalCluster() {}

  /**
   * Starts two executors of one core each.
   *
   * @param more settings, by their names
   */
  static SparkSession start(Map<String, String> more) throws IOException {
    Path jars = Path.of(System.getenv("SPARK_HOME"), "jars");
    Files.createDirectories(jars);
    SparkSession.Builder builder =
        SparkSession.builder()
            .appName("OpenCLIP test")
            .master("local-cluster[2,1,1024]")
            .config("spark.executor.memory", "512m")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config(
                "spark.executor.extraJavaOptions",
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED "
                    + OPENS)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config(
                "spark.sql.warehouse.dir",
                System.getProperty("java.io.tmpdir") + File.separator + "warehouse");
    more.forEach(builder::config);
    return builder.getOrCreate();
  }
}
