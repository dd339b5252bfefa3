package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.hub.testkit.DropInPlugin;
import org.openclip.hub.testkit.ModulePath;
import org.openclip.hub.testkit.Project;
import org.openclip.testkit.Fixtures;

/**
 * The script {@code openclip}. Where Java or Maven is but called, a script that tells how stands in
 * for it.
 */
@Tag("once")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a script for POSIX shells")
class LauncherTest {
  private static final Path LAUNCHER = Project.path("openclip");

  /** Java 99 is newer than any that the machine of this test may have. */
  private static final int NEWEST = 99;

  @TempDir Path folder;
  private Path home = Path.of("");
  private Path launcher = Path.of("");

  @BeforeEach
  void copyLauncher() throws IOException {
    home = Files.createDirectories(folder.toRealPath().resolve("a home"));
    launcher = Files.copy(LAUNCHER, home.resolve("openclip"));
  }

  private static Path script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Returns the home of a Java that prints its version and its arguments, one on a line. */
  private Path java(String name, String version) throws IOException {
    Path java = folder.toRealPath().resolve(name);
    script(java.resolve("bin/java"), "printf '%s\\n' " + name + " \"$@\" \"$LC_CTYPE\"\n");
    script(java.resolve("bin/javac"), "");
    Files.writeString(
        java.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return java;
  }

  private CommandLineRun run(Path command, Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(command.toString()));
    all.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(all).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(key -> key.startsWith("OPENCLIP_") || key.startsWith("JAVA") || isLocale(key));
    environment.put("HOME", folder.toString());
    environment.put("LANG", "en_GB.UTF-8");
    environment.put("OPENCLIP_START_CACHE", "never");
    environment.putAll(variables);
    return CommandLineProcess.run(builder, "");
  }

  private static boolean isLocale(String variable) {
    return variable.startsWith("LC_") || variable.equals("LANG");
  }

  private void unpack() throws IOException {
    Files.createDirectories(home.resolve("lib"));
  }

  @Test
  void argumentsReachTheModuleAsTheyAre() throws Exception {
    unpack();
    Path java = java("java21", "21.0.1");

    CommandLineRun run =
        run(launcher, Map.of("JAVA_HOME", java.toString()), "classify", "a b.png", "*", "", "$x");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines().get(0)).isEqualTo("java21");
    assertThat(run.lines())
        .containsSubsequence("-p", home.resolve("lib").toString())
        .containsSubsequence(
            "-m",
            "org.openclip.hub.cli/org.openclip.hub.cli.Main",
            "classify",
            "a b.png",
            "*",
            "",
            "$x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true | classify x.png cat dog",
        "true | classify --model ViT-B-32 --pretrained=x x.png cat --format jsonl",
        "true | classify x.png cat --model lib",
        "true | models",
        "true | --help",
        "false | classify lib cat dog",
        "false | classify x.tar cat dog",
        "false | classify x.png --labels imagenet",
        "false | classify 1 2 3 4 5 6 7 8 9 10 11 12",
        "false | embed x.png",
        "false | serve"
      })
  void whatEndsSoonIsCompiledQuickly(boolean soon, String arguments) throws Exception {
    unpack();
    Files.createDirectories(folder.resolve("lib"));
    Path java = java("java21", "21.0.1");

    CommandLineRun run =
        run(launcher, Map.of("JAVA_HOME", java.toString()), arguments.split(" ", -1));

    assertThat(run.lines().contains("-XX:TieredStopAtLevel=1")).isEqualTo(soon);
  }

  @Test
  void linksLeadToTheFolderOfTheScript() throws Exception {
    unpack();
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("first"), Path.of("../a home/openclip"));
    Path link = Files.createSymbolicLink(folder.resolve("second"), bin.resolve("first"));

    CommandLineRun run = run(link, Map.of("JAVA_HOME", java("java21", "21").toString()), "models");

    assertThat(run.lines())
        .containsSubsequence("-p", home.resolve("lib").toString())
        .contains("-XX:TieredStopAtLevel=1");
  }

  @Test
  void theFirstJavaThatIsNewEnoughRuns() throws Exception {
    unpack();
    Path old = java("old", "17.0.15");
    Path older = java("older", "1.8.0_402");
    Path young = java("young", "25.0.1");
    java(".jdks/newest", NEWEST + "-ea");
    String path = System.getenv("PATH");
    Path links = Files.createDirectories(folder.resolve("links"));
    Files.createSymbolicLink(links.resolve("java"), young.resolve("bin/java"));

    Map<String, String> byHome = Map.of("JAVA_HOME", young.toString());
    Map<String, String> byPath =
        Map.of("JAVA_HOME", old.toString(), "PATH", links + File.pathSeparator + path);
    Map<String, String> byFolder =
        Map.of("JAVA_HOME", "/none", "PATH", older.resolve("bin") + File.pathSeparator + path);

    assertThat(run(launcher, byHome).lines().get(0)).isEqualTo("young");
    assertThat(run(launcher, byPath).lines().get(0)).isEqualTo("young");
    assertThat(run(launcher, byFolder).lines().get(0)).isEqualTo(".jdks/newest");
  }

  @Test
  void variablesAddOptionsPluginsAndTheCharacterSet() throws Exception {
    unpack();
    Files.createDirectories(home.resolve("plugins"));
    Path jar = Files.createFile(folder.resolve("x.jar"));
    String java = java("java21", "21").toString();

    CommandLineRun run =
        run(
            launcher,
            Map.of(
                "JAVA_HOME", java,
                "JAVA_OPTS", "-Xmx1g -Da=b",
                "OPENCLIP_JAVA_OPTS", "-Xms9m",
                "OPENCLIP_PLUGINS", jar + ":" + folder,
                "LANG", ""));
    CommandLineRun wrong =
        run(launcher, Map.of("JAVA_HOME", java, "OPENCLIP_PLUGINS", jar + ":/none/x.jar"));

    assertThat(run.lines())
        .containsSubsequence("-Xms9m", "-Xmx1g", "-Da=b")
        .contains(home.resolve("plugins") + ":" + jar + ":" + folder + ":" + home.resolve("lib"))
        .endsWith("C.UTF-8");
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err())
        .isEqualTo(
            "openclip: OPENCLIP_PLUGINS names /none/x.jar, but there is no such jar or folder\n");
  }

  @Test
  void aPluginInItsFolderBringsAModelThatRuns() throws Exception {
    unpack();
    int number = 0;
    for (String entry : ModulePath.ofThisTest().split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        DropInPlugin.jar(path, home.resolve("lib/module" + number++ + ".jar"));
      } else {
        Files.copy(path, home.resolve("lib").resolve(path.getFileName()));
      }
    }
    Path plugin = DropInPlugin.compile(folder.resolve("plugin"));
    Map<String, String> java = Map.of("JAVA_HOME", System.getProperty("java.home"));
    CommandLineRun before = run(launcher, java, "models", "brightness");
    Files.createDirectories(home.resolve("plugins"));
    Files.copy(plugin, home.resolve("plugins/brightness.jar"));

    CommandLineRun models = run(launcher, java, "models", "brightness");
    CommandLineRun init = run(launcher, java, "init", "Brightness-S");
    CommandLineRun embed =
        run(
            launcher,
            java,
            "embed",
            "--model",
            "Brightness-S",
            Fixtures.path("preprocess/images/cat.png").toAbsolutePath().toString());

    assertThat(before.code()).isEqualTo(1);
    assertThat(models.code()).as(models.toString()).isZero();
    assertThat(models.out()).contains("Brightness-S");
    assertThat(init.code()).as(init.err()).isZero();
    assertThat(embed.code()).as(embed.err()).isZero();
    assertThat(embed.objects()).hasSize(1);
    assertThat(embed.errors()).isEmpty();
  }

  /** Lays out sources, and a Maven that writes a line and a jar, or fails as it is told. */
  private Map<String, String> sources() throws IOException {
    Files.createFile(home.resolve("pom.xml"));
    Files.createDirectories(home.resolve("openclip-x/src/main"));
    Files.createFile(home.resolve("openclip-x/pom.xml"));
    Path maven = folder.toRealPath().resolve("maven");
    script(
        maven.resolve("mvn"),
        """
        [ ! -e fail ] || { echo 'the compiler is not content'; exit 1; }
        for argument; do
          case $argument in -Dopenclip.dist=*) dist=${argument#*=} ;; esac
        done
        mkdir -p "$dist"
        echo x >>builds
        touch "$dist/x.jar" "$dist/x.pom"
        """);
    Path java = java("java21", "21");
    return Map.of(
        "JAVA_HOME", java.toString(), "PATH", maven + File.pathSeparator + System.getenv("PATH"));
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(home.resolve("builds"));
  }

  @Test
  void itIsBuiltOnFirstUseAndWhenSourcesAreNewer() throws Exception {
    Map<String, String> variables = sources();
    Path jars = home.resolve("target/openclip/lib");

    CommandLineRun first = run(launcher, variables);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.err().lines()).hasSize(1).first().asString().contains("builds itself first");
    assertThat(first.lines()).containsSubsequence("-p", jars.toString());
    assertThat(jars.resolve("x.jar")).exists();
    assertThat(jars.resolve("x.pom")).doesNotExist();
    assertThat(run(launcher, variables).err()).isEmpty();
    assertThat(builds()).hasSize(1);

    Path source = Files.createFile(home.resolve("openclip-x/src/main/X.java"));
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(9)));
    Map<String, String> never = new HashMap<>(variables);
    never.put("OPENCLIP_BUILD", "never");
    assertThat(run(launcher, never).err()).isEmpty();
    assertThat(builds()).hasSize(1);
    assertThat(run(launcher, variables).err()).contains("builds itself first");
    assertThat(builds()).hasSize(2);
    assertThat(home.resolve("target/openclip/lock")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "openclip-x/src/main/X.java, 2",
    "openclip-x/cli/pom.xml, 2",
    "openclip-x/cli/src/main/X.java, 2",
    "openclip-x/src/test/X.java, 1",
    "openclip-x/cli/src/test/X.java, 1",
    "openclip-x/cli/target/x/src/main/X.java, 1"
  })
  void whatIsNotATestIsASource(String name, int built) throws Exception {
    Map<String, String> variables = sources();
    assertThat(run(launcher, variables).code()).isZero();

    Path source = home.resolve(name);
    Files.createDirectories(source.getParent());
    Files.createFile(source);
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(9)));

    assertThat(run(launcher, variables).code()).isZero();
    assertThat(builds()).hasSize(built);
  }

  @Test
  void aBuildThatFailsSaysWhyAndIsTriedAgain() throws Exception {
    Map<String, String> variables = sources();
    Path fail = Files.createFile(home.resolve("fail"));

    CommandLineRun failed = run(launcher, variables);
    Files.delete(fail);
    CommandLineRun again = run(launcher, variables);

    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err())
        .contains("the compiler is not content")
        .contains("the build failed")
        .contains(home.resolve("target/openclip/build.log").toString());
    assertThat(again.code()).as(again.err()).isZero();
  }

  @Test
  void aLockThatNobodyHoldsAnyMoreIsTaken() throws Exception {
    Map<String, String> variables = sources();
    Path lock = Files.createDirectories(home.resolve("target/openclip/lock"));
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.writeString(lock.resolve("owner"), gone.pid() + "\n");

    assertThat(run(launcher, variables).code()).isZero();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void whoeverStartsDuringABuildWaitsForIt() throws Exception {
    Map<String, String> variables = sources();
    script(folder.resolve("maven/slow"), "sleep 2\nexec \"$(dirname \"$0\")/mvn.real\" \"$@\"\n");
    Files.move(folder.resolve("maven/mvn"), folder.resolve("maven/mvn.real"));
    Files.move(folder.resolve("maven/slow"), folder.resolve("maven/mvn"));
    List<Thread> threads = new ArrayList<>();
    List<CommandLineRun> runs = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 3; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      runs.add(run(launcher, variables));
                    } catch (IOException | InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(runs).hasSize(3).allMatch(run -> run.code() == 0);
    assertThat(builds()).hasSize(1);
  }

  @Test
  void tensorFlowIsBuiltForThoseWhoWantItOnly() throws Exception {
    Map<String, String> variables = sources();
    Path lib = home.resolve("target/openclip/lib");
    String both = lib + ":" + home.resolve("target/openclip/tensorflow");

    assertThat(run(launcher, variables, "embed", "--text", "tf").lines()).contains(lib.toString());
    for (String[] wish :
        new String[][] {
          {"embed", "--backend", "tf"}, {"embed", "--backend=tf"}, {"train"}, {"finetune"}
        }) {
      assertThat(run(launcher, variables, wish).lines()).contains(both);
    }
    assertThat(builds()).hasSize(2);
  }
}
