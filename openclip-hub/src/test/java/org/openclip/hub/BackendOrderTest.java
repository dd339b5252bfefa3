package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.testkit.Fixtures;

/** Maven takes the nearest version, and of two that are as near the first; no order breaks us. */
@Tag("full")
@Tag("once")
class BackendOrderTest {
  private static final Path ROOT = Fixtures.project();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"backend-tf backend-onnx", "backend-onnx backend-tf", "backend-tf"})
  void eachOrderHasTheProtobufThatTheBackendsNeed(String order) throws Exception {
    Path local = Path.of(System.getProperty("user.home"), ".m2/repository");
    assumeTrue(Files.isDirectory(local) && Files.exists(ROOT.resolve("pom.xml")), "no Maven here");
    link(local, folder.resolve("repository"), "org");
    link(local.resolve("org"), folder.resolve("repository/org"), "openclip");
    install("openclip", "pom.xml");
    for (String module : List.of("api", "backend-onnx", "backend-tf")) {
      install("openclip-" + module, "openclip-" + module + "/pom.xml");
    }
    Files.writeString(folder.resolve("pom.xml"), pom(order));

    String list = list();

    assertThat(list)
        .contains("protobuf-java:jar:" + managed() + ":compile")
        .doesNotContain("protobuf-java:jar:3");
  }

  /** Makes a folder of links to what another has, but for one name. */
  private static void link(Path from, Path to, String except) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        if (!entry.getFileName().toString().equals(except)) {
          Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
        }
      }
    }
  }

  private static String managed() throws IOException {
    return Files.readString(ROOT.resolve("pom.xml"))
        .replaceAll("(?s).*<protobuf.version>(.*?)</protobuf.version>.*", "$1");
  }

  private void install(String artifact, String pom) throws IOException {
    Path place =
        Files.createDirectories(folder.resolve("repository/org/openclip/" + artifact + "/0.1.0"));
    Files.copy(ROOT.resolve(pom), place.resolve(artifact + "-0.1.0.pom"));
    new JarOutputStream(Files.newOutputStream(place.resolve(artifact + "-0.1.0.jar"))).close();
  }

  private static String pom(String order) {
    StringBuilder dependencies = new StringBuilder();
    for (String module : order.split(" ", -1)) {
      dependencies.append(
          "<dependency><groupId>org.openclip</groupId><artifactId>openclip-"
              + module
              + "</artifactId><version>0.1.0</version></dependency>");
    }
    return "<project><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId>"
        + "<artifactId>consumer</artifactId><version>1</version><dependencies>"
        + dependencies
        + "</dependencies></project>";
  }

  private String list() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "mvn",
                "-B",
                "-o",
                "-Dmaven.repo.local=" + folder.resolve("repository"),
                "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:list")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
