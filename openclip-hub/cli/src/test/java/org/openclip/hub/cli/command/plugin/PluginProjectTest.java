package org.openclip.hub.cli.command.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.CommandLineProcess;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.cli.command.plugin.PluginProject.Language;
import org.openclip.hub.testkit.DropInPlugin;
import org.openclip.hub.testkit.Project;
import org.openclip.testkit.ImageEncoderContract;

/** Projects that {@code new-plugin} writes. */
@Tag("once")
class PluginProjectTest {
  private static final Path PROJECT = Project.path("");

  @TempDir Path folder;

  private static CommandLineRun run(Object... arguments) {
    List<String> all = new ArrayList<>(List.of("new-plugin"));
    Stream.of(arguments).map(Object::toString).forEach(all::add);
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void everyFileIsNamedAndFilledIn(Language language) throws IOException {
    Path here = folder.resolve("bright-tower");

    CommandLineRun run = run(here, "--language", language, "--package", "org.acme.tower");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines()).hasSizeGreaterThan(8).contains(here.resolve("pom.xml").toString());
    for (String line : run.lines()) {
      assertThat(read(Path.of(line))).as(line).isNotBlank().doesNotContainPattern("__[a-zA-Z]+__");
    }
    assertThat(read(here.resolve("src/main/java/module-info.java")))
        .contains("module org.acme.tower {", "org.acme.tower.BrightTowerProvider");
    assertThat(here.resolve("src/main/resources/org/acme/tower/BrightTower-S.json")).exists();
  }

  @Test
  void versionsAreThoseOfTheBuild() throws IOException {
    String pom = read(PROJECT.resolve("pom.xml"));
    assertThat(pom).contains("<version>" + PluginProject.VERSION + "</version>");
    for (Language language : Language.values()) {
      Path here = folder.resolve("tower-" + language);
      run(here, "-l", language);
      String own = read(here.resolve("pom.xml"));
      for (String[] version :
          new String[][] {
            {"junit-jupiter", "junit.version"},
            {"assertj-core", "assertj.version"},
            {"kotlin.version", "kotlin.version"}
          }) {
        String wanted = pom.split("<" + version[1] + ">", 2)[1].split("<", 2)[0];
        if (own.contains(version[0] + "<") || own.contains("<" + version[0] + ">")) {
          assertThat(own).contains(">" + wanted + "<");
        }
      }
    }
  }

  @Test
  void wrongNamesAndFullFoldersAreRefused() throws IOException {
    assertUsage(
        run(folder.resolve("Tower")),
        "'Tower' is not a plugin name; use lower-case letters, digits and dashes");
    assertUsage(run(folder.resolve("t"), "--package", "Org.Acme"), "must be like com.example");
    Files.createDirectories(folder.resolve("full/x"));
    assertUsage(run(folder.resolve("full")), "is not empty; choose a new folder");
  }

  private static void assertUsage(CommandLineRun run, String part) {
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(part);
  }

  /** Builds the project with Maven, from a repository that has what this test runs with. */
  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void itsTestPassesAndItsJarIsAPlugin(Language language) throws Exception {
    Path here = folder.resolve("new-tower");
    assertThat(run(here, "-l", language).code()).isZero();
    Path repository = folder.resolve("repository");
    publish(repository);

    String log = maven(here, repository);

    assertThat(log)
        .contains("Running com.example.newtower.NewTowerTest", "Failures: 0, Errors: 0, Skipped: 0")
        .contains("BUILD SUCCESS");
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    try (Stream<Path> files = Files.list(here.resolve("target"))) {
      for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).toList()) {
        Files.copy(jar, plugins.resolve(jar.getFileName()));
      }
    }
    CommandLineRun listed = CommandLineProcess.runWith(plugins, folder, "models", "NewTower");
    assertThat(listed.code()).as(listed.err()).isZero();
    assertThat(listed.out()).contains("NewTower-S");
  }

  /** Puts the API and its test kit into a folder as repositories have them. */
  private void publish(Path repository) throws IOException, URISyntaxException {
    String version = PluginProject.VERSION;
    Path api = Files.createDirectories(repository.resolve("org/openclip/openclip-api/" + version));
    Path parent = Files.createDirectories(repository.resolve("org/openclip/openclip/" + version));
    String name = "openclip-api-" + version;
    Files.copy(PROJECT.resolve("pom.xml"), parent.resolve("openclip-" + version + ".pom"));
    Files.copy(PROJECT.resolve("openclip-api/pom.xml"), api.resolve(name + ".pom"));
    Files.copy(jar(PluginRegistry.class), api.resolve(name + ".jar"));
    Files.copy(jar(ImageEncoderContract.class), api.resolve(name + "-tests.jar"));
  }

  private Path jar(Class<?> kind) throws IOException, URISyntaxException {
    Path origin = Path.of(kind.getProtectionDomain().getCodeSource().getLocation().toURI());
    return Files.isDirectory(origin)
        ? DropInPlugin.jar(origin, folder.resolve(kind.getSimpleName() + ".jar"))
        : origin;
  }

  private String maven(Path project, Path repository) throws IOException, InterruptedException {
    // What this build has downloaded serves as a remote repository, and stays as it is.
    String usual =
        System.getProperty(
            "maven.repo.local", Path.of(System.getProperty("user.home"), ".m2/repository") + "");
    Path settings = folder.resolve("settings.xml");
    Files.writeString(
        settings,
        """
        <settings>
          <mirrors>
            <mirror><id>here</id><mirrorOf>central</mirrorOf><url>%s</url></mirror>
          </mirrors>
          <profiles>
            <profile>
              <id>openclip</id>
              <repositories><repository><id>openclip</id><url>%s</url></repository></repositories>
            </profile>
          </profiles>
          <activeProfiles><activeProfile>openclip</activeProfile></activeProfiles>
        </settings>
        """
            .formatted(Path.of(usual).toUri(), repository.toUri()));
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(
                "mvn",
                "-B",
                "-ntp",
                "-Dstyle.color=never",
                "-s",
                settings.toString(),
                "-Dmaven.repo.local=" + folder.resolve("own-repository"),
                "package")
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("MAVEN_ARGS");
    Process process = builder.redirectInput(new File("/dev/null")).start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    return read(log);
  }
}
