package org.openclip.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A JVM of its own in which native code that accesses memory behind a buffer ends the process: the
 * allocator of {@code guard.c} is loaded before the C library's. Where there is no C compiler, that
 * library's own checks take its place, which see a write when the buffer is freed, and no reads.
 *
 * @param allocator the library to load first
 * @param tunables the settings of the C library
 * @param folder for what the process writes
 */
public record GuardedJvm(String allocator, String tunables, Path folder) {
  private static final List<String> COMPILERS = List.of("cc", "gcc", "clang");
  private static final String OF_THE_C_LIBRARY = "libc_malloc_debug.so.0";

  /**
   * How a process ended.
   *
   * @param code 0 when all went well
   * @param lines what it wrote, errors too
   */
  public record Ended(int code, List<String> lines) {
    /** Returns the last of what it wrote, where a process that died says why. */
    public String end() {
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }
  }

  /**
   * Prepares the allocator. On another system than Linux the test that asks is aborted.
   *
   * @param folder an empty one, from which libraries may be loaded
   */
  public static GuardedJvm in(Path folder) {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    Assumptions.assumeTrue(system.equals("linux"), "LD_PRELOAD is Linux's");
    return compiler()
        .map(compiler -> new GuardedJvm(compile(compiler, folder), "", folder))
        .orElseGet(() -> withoutCompiler(folder));
  }

  /** Returns one whose allocator is the C library's with its checks. */
  public static GuardedJvm withoutCompiler(Path folder) {
    return new GuardedJvm(OF_THE_C_LIBRARY, "glibc.malloc.check=3", folder);
  }

  private static Optional<Path> compiler() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return COMPILERS.stream()
        .flatMap(name -> Stream.of(path.split(File.pathSeparator)).map(f -> Path.of(f, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String compile(Path compiler, Path folder) {
    Path source = folder.resolve("guard.c");
    Path library = folder.resolve("guard.so");
    try (InputStream text = GuardedJvm.class.getResourceAsStream("guard.c")) {
      Files.copy(Objects.requireNonNull(text, "guard.c"), source);
      Ended ended =
          finish(
              new ProcessBuilder(
                  compiler.toString(),
                  "-O1",
                  "-fPIC",
                  "-shared",
                  "-o",
                  library.toString(),
                  source.toString()));
      if (ended.code() != 0) {
        throw new IllegalStateException(compiler + " does not compile guard.c: " + ended.end());
      }
      return library.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a program of this process' class path.
   *
   * @param environment variables beside those of this process
   * @param program the class with {@code main}
   */
  public Ended run(Map<String, String> environment, Class<?> program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A crash is said on standard output; nothing is left in the working folder.
    command.addAll(
        List.of(
            "-Xmx2g",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + folder.resolve("crash.log"),
            "-Djava.awt.headless=true",
            "--enable-native-access=ALL-UNNAMED"));
    System.getProperties()
        .forEach(
            (name, value) -> {
              if (name.toString().startsWith("openclip.")) {
                command.add("-D" + name + "=" + value);
              }
            });
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.environment().put("LD_PRELOAD", allocator);
    if (!tunables.isEmpty()) {
      builder.environment().put("GLIBC_TUNABLES", tunables);
    }
    return finish(builder);
  }

  private static Ended finish(ProcessBuilder builder) {
    try {
      Process process = builder.redirectErrorStream(true).start();
      process.getOutputStream().close();
      try (Stream<String> lines = process.inputReader(StandardCharsets.UTF_8).lines()) {
        List<String> all = lines.toList();
        return new Ended(process.waitFor(), all);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
