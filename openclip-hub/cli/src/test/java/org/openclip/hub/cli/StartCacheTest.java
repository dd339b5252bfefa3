package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.testkit.DropInPlugin;
import org.openclip.hub.testkit.ModulePath;
import org.openclip.hub.testkit.Project;

/** The cache of classes from which the script {@code openclip} starts Java 25 and newer. */
@Tag("once")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a script for POSIX shells")
class StartCacheTest {
  @TempDir Path folder;
  private Path home = Path.of("");
  private Path java = Path.of("");

  @BeforeEach
  void layOut() throws IOException {
    home = Files.createDirectories(folder.toRealPath().resolve("home"));
    Files.copy(Project.path("openclip"), home.resolve("openclip"));
    Files.createDirectories(home.resolve("lib"));
    Files.createFile(home.resolve("lib/x.jar"));
    // With it, the launcher gives Java another option.
    Files.createFile(home.resolve("lib/tokenizers-1.jar"));
    java = java("java", "25.0.1", "echo made >$output");
  }

  /** Returns the home of a Java that prints its arguments, or makes a cache in its own way. */
  private Path java(String name, String version, String making) throws IOException {
    Path place = folder.toRealPath().resolve(name);
    Path file = Files.createDirectories(place.resolve("bin")).resolve("java");
    Files.writeString(
        file,
        """
        #!/bin/sh
        for argument; do
          case $argument in
            -XX:AOTCacheOutput=*)
              output=${argument#*=}
              echo x >>"%s"
              %s
              exit
              ;;
          esac
        done
        printf '%%s\\n' "$@"
        """
            .formatted(folder.toRealPath().resolve("makings"), making));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(place.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return place;
  }

  private CommandLineRun run(Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(home.resolve("openclip").toString()));
    all.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(all).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(key -> key.startsWith("OPENCLIP_") || key.startsWith("JAVA"));
    environment.put("XDG_CACHE_HOME", folder.toString());
    environment.put("JAVA_HOME", java.toString());
    environment.putAll(variables);
    return CommandLineProcess.run(builder, "");
  }

  private Path caches() {
    return folder.resolve("openclip/start");
  }

  /** Waits until so many caches are there, and none is made any more. */
  private List<Path> caches(int count) throws IOException, InterruptedException {
    for (int tenth = 0; ; tenth++) {
      if (Files.isDirectory(caches()) && Files.notExists(caches().resolve("making"))) {
        try (Stream<Path> files = Files.list(caches())) {
          // The folder in which the next one is made may appear meanwhile.
          List<Path> caches = files.filter(f -> f.toString().endsWith(".aot")).sorted().toList();
          if (caches.size() == count) {
            return caches;
          }
        }
      }
      assertThat(tenth).as("tenths of seconds without %s caches", count).isLessThan(600);
      Thread.sleep(100);
    }
  }

  private long makings() throws IOException {
    Path makings = folder.resolve("makings");
    return Files.exists(makings) ? Files.readAllLines(makings).size() : 0;
  }

  private static boolean usesCache(CommandLineRun run) {
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    return run.lines().stream().anyMatch(line -> line.startsWith("-XX:AOTCache="));
  }

  @Test
  void theFirstCallMakesACacheThatTheNextOnesUse() throws Exception {
    assertThat(usesCache(run(Map.of(), "classify", "x"))).isFalse();
    Path cache = caches(1).get(0);

    CommandLineRun second = run(Map.of("OPENCLIP_JAVA_OPTS", "-Xlog:gc"), "classify", "x");

    assertThat(second.lines())
        .containsSubsequence(
            "-Xlog:disable",
            "-Xlog:all=warning,aot*=off,cds*=off:stderr",
            "-XX:AOTCache=" + cache.toRealPath(),
            "-Xlog:gc",
            "-p");
    assertThat(makings()).isEqualTo(1);
  }

  @Test
  void otherJarsAndAnotherJavaHaveACacheOfTheirOwn() throws Exception {
    usesCache(run(Map.of()));
    caches(1);
    Files.writeString(home.resolve("lib/x.jar"), "another size");

    assertThat(usesCache(run(Map.of()))).isFalse();
    caches(2);
    assertThat(usesCache(run(Map.of()))).isTrue();
    java = java("other", "26", "echo made >$output");
    assertThat(usesCache(run(Map.of()))).isFalse();
    caches(3);
    assertThat(usesCache(run(Map.of()))).isTrue();
  }

  /** Without the rule a cache would be made in the root folder, by users who may write there. */
  @Test
  void withoutAHomeThereIsNoCache() throws Exception {
    Path root = Path.of("/.cache/openclip/start");
    boolean before = Files.exists(root);

    assertThat(usesCache(run(Map.of("HOME", "", "XDG_CACHE_HOME", ""), "classify", "x"))).isFalse();

    assertThat(Files.exists(root)).isEqualTo(before);
    assertThat(folder.resolve(".cache")).doesNotExist();
    assertThat(makings()).isZero();
  }

  @Test
  void whatCannotBeMadeIsNotTriedAgain() throws Exception {
    java = java("failing", "25", "exit 1");

    assertThat(usesCache(run(Map.of()))).isFalse();
    assertThat(caches(1).get(0)).isEmptyFile();
    assertThat(usesCache(run(Map.of()))).isFalse();
    Thread.sleep(1500);
    assertThat(makings()).isEqualTo(1);
  }

  @Test
  void manyCallsAtOnceMakeOneCache() throws Exception {
    java = java("slow", "25", "sleep 2; echo made >$output");
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
              .start(
                  () -> {
                    try {
                      usesCache(run(Map.of(), "models"));
                    } catch (IOException | InterruptedException e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    caches(1);

    assertThat(failures).isEmpty();
    assertThat(makings()).isEqualTo(1);
    assertThat(usesCache(run(Map.of()))).isTrue();
  }

  @Test
  void thereIsNoneWhereItCannotBeOrIsNotWanted() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Map<String, Map<String, String>> cases = new HashMap<>();
    cases.put("refused", Map.of("OPENCLIP_START_CACHE", "never"));
    cases.put("no folder", Map.of("OPENCLIP_CACHE", file.toString()));
    cases.put("a space", Map.of("OPENCLIP_CACHE", folder.resolve("a b").toString()));
    cases.put("relative", Map.of("OPENCLIP_CACHE", "cache"));
    cases.put(
        "older", Map.of("JAVA_HOME", java("java21", "21.0.4", "echo made >$output").toString()));

    for (Map.Entry<String, Map<String, String>> each : cases.entrySet()) {
      assertThat(usesCache(run(each.getValue(), "models"))).as(each.getKey()).isFalse();
    }

    Thread.sleep(2500);
    assertThat(makings()).isZero();
    assertThat(caches()).doesNotExist();
  }

  @Test
  @EnabledForJreRange(minVersion = 25)
  void javaStartsFromACacheThatItMadeAndSaysNothingOfADamagedOne() throws Exception {
    Files.delete(home.resolve("lib/x.jar"));
    Files.delete(home.resolve("lib/tokenizers-1.jar"));
    int number = 0;
    for (String entry : ModulePath.ofThisTest().split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        DropInPlugin.jar(path, home.resolve("lib/module" + number++ + ".jar"));
      } else {
        Files.copy(path, home.resolve("lib").resolve(path.getFileName()));
      }
    }
    Path log = folder.resolve("classes.log");
    Map<String, String> variables =
        Map.of(
            "JAVA_HOME",
            System.getProperty("java.home"),
            "OPENCLIP_JAVA_OPTS",
            "-Xlog:class+load:file=" + log);
    CommandLineRun before = run(variables, "--version");
    assertThat(before.code()).as(before.toString()).isZero();
    Path cache = caches(1).get(0);

    CommandLineRun after = run(variables, "--version");
    List<String> classes = Files.readAllLines(log);
    byte[] whole = Files.readAllBytes(cache);
    Files.write(cache, Arrays.copyOf(whole, whole.length / 2));
    CommandLineRun cut = run(variables, "--version");
    Files.writeString(cache, "no cache");
    CommandLineRun other = run(variables, "--version");

    assertThat(after.out()).isEqualTo(before.out());
    assertThat(classes)
        .anyMatch(line -> line.contains("hub.cli.Main ") && line.contains("shared objects file"));
    for (CommandLineRun run : List.of(cut, other)) {
      assertThat(run.code()).isZero();
      assertThat(run.out()).isEqualTo(before.out());
      assertThat(run.err()).isEmpty();
    }
  }
}
