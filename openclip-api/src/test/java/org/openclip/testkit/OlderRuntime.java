package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Processes on whose class path another library has put its own ONNX Runtime. The profile {@code
 * full} of the integrations copies the jars.
 */
public final class OlderRuntime {
  private static final Path RUNTIMES = Path.of("target", "runtimes");

  private OlderRuntime() {}

  /**
   * Returns a process with another runtime in the place of ours.
   *
   * @param folder where its output is written
   * @param version the version of the runtime, such as {@code 1.20.0}
   */
  public static JavaProcess process(Path folder, String version) {
    Path jar = RUNTIMES.resolve("onnxruntime-" + version + ".jar").toAbsolutePath();
    assertThat(jar).as("a jar that mvn -Pfull copies").exists();
    return new JavaProcess(folder).without("onnxruntime-.*").before(jar);
  }

  /** Returns a line with the numbers of a vector. */
  public static String line(float[] vector) {
    return IntStream.range(0, vector.length)
        .mapToObj(i -> Float.toString(vector[i]))
        .collect(Collectors.joining(" "));
  }

  /** Returns the vector of a line. */
  public static float[] vector(String line) {
    String[] numbers = line.split(" ", -1);
    float[] vector = new float[numbers.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = Float.parseFloat(numbers[i]);
    }
    return vector;
  }

  /** Prints the message of an error and those of its causes, a line each. */
  public static void printCauses(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      System.out.println(cause.getMessage());
    }
  }
}
