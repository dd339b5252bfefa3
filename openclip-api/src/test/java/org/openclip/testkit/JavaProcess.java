package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Java process of its own on the class path of the test, for what concerns a whole JVM. */
public final class JavaProcess {
  private final Path folder;
  private final List<String> before = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Duration limit = Duration.ofMinutes(2);
  private String classPath = System.getProperty("java.class.path");

  /**
   * Creates a process that is not started.
   *
   * @param folder where its output is written
   */
  public JavaProcess(Path folder) {
    this.folder = folder;
  }

  /** How a process ended, and what it wrote. */
  public record Run(int code, String out, String err) {}

  /** Adds options of the JVM. */
  public JavaProcess options(String... more) {
    options.addAll(Arrays.asList(more));
    return this;
  }

  /** Sets a variable of its environment; null removes it. */
  public JavaProcess environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Takes another class path than that of the test. */
  public JavaProcess classPath(String path) {
    classPath = path;
    return this;
  }

  /** Leaves the jars out of the class path whose file names match a regular expression. */
  public JavaProcess without(String jars) {
    classPath =
        Stream.of(classPath.split(File.pathSeparator, -1))
            .filter(entry -> !Path.of(entry).getFileName().toString().matches(jars))
            .collect(Collectors.joining(File.pathSeparator));
    return this;
  }

  /** Puts a jar before the rest of the class path. */
  public JavaProcess before(Path jar) {
    classPath = jar + File.pathSeparator + classPath;
    return this;
  }

  /** Gives it more than two minutes. */
  public JavaProcess within(Duration duration) {
    limit = duration;
    return this;
  }

  /** Runs a shell command first, in a name space of its own where it may mount. */
  public JavaProcess mounting(String command) {
    before.addAll(List.of("unshare", "-rm", "sh", "-c", command + " && exec \"$@\"", "sh"));
    return this;
  }

  /** Returns whether this system lets tests mount in name spaces of their own. */
  public static boolean canMount() {
    try {
      Process process =
          new ProcessBuilder("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt")
              .redirectErrorStream(true)
              .start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Starts the process, whose outputs are the files {@code out} and {@code err}. */
  public Process start(Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, program.getName()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    environment.forEach(
        (name, value) -> {
          if (value == null) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    return builder.start();
  }

  /** Runs the process to its end. */
  public Run run(Class<?> program, String... arguments) throws IOException, InterruptedException {
    return end(start(program, arguments));
  }

  /** Waits for the end of the process. */
  public Run end(Process process) throws IOException, InterruptedException {
    boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    process.destroyForcibly();
    assertThat(ended).as("the process ends within %s", limit).isTrue();
    return new Run(
        process.exitValue(),
        Files.readString(folder.resolve("out")),
        Files.readString(folder.resolve("err")));
  }
}
