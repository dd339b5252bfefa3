package org.openclip.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * The modules in {@code integrations/} know the core alone: none knows another, the core knows
 * none, and the jars of their platforms are theirs alone.
 */
@Tag("once")
class IntegrationsTest {
  private static final Path PROJECT = Path.of(System.getProperty("openclip.project"));

  private static final Set<String> CORE =
      Set.of(
          "openclip-api",
          "openclip-models",
          "openclip-backend-onnx",
          "openclip-backend-tf",
          "openclip-hub",
          "openclip-cli",
          "openclip-train");

  /** A sample is built on the module that it shows. */
  private static final Map<String, Set<String>> BESIDE =
      Map.of("openclip-spring-sample", Set.of("openclip-spring-boot-starter"));

  /** The groups of the platforms, and the test jars of them that the core takes. */
  private static final List<String> PLATFORMS =
      List.of(
          "dev.langchain4j",
          "io.helidon",
          "io.micronaut",
          "io.quarkus",
          "org.apache.lucene",
          "org.apache.spark",
          "org.springframework");

  /** What a pom asks for. */
  private record Needed(String group, String artifact, String scope) {}

  @Test
  void integrationsKnowTheCoreAlone() throws IOException {
    Map<String, List<Needed>> poms = poms(PROJECT.resolve("integrations"));
    assertThat(poms).containsKeys("openclip-server", "openclip-search", "openclip-spark");
    poms.forEach(
        (name, needed) -> {
          Set<String> others = own(needed);
          others.removeAll(CORE);
          others.removeAll(BESIDE.getOrDefault(name, Set.of()));
          assertThat(others).as("other integrations that %s names in its pom", name).isEmpty();
        });
    assertThat(own(poms.get("openclip-server"))).contains("openclip-cli");
  }

  @Test
  void theCoreKnowsNoIntegrationAndNoPlatform() throws IOException {
    Map<String, List<Needed>> core = new TreeMap<>();
    for (String folder : List.of("openclip-hub", "openclip-hub/cli", "openclip-train")) {
      core.putAll(poms(PROJECT.resolve(folder)));
    }
    for (String folder :
        List.of(
            "openclip-api", "openclip-models", "openclip-backend-onnx", "openclip-backend-tf")) {
      core.putAll(poms(PROJECT.resolve(folder)));
    }
    assertThat(core).containsOnlyKeys(CORE);
    core.forEach(
        (name, needed) -> {
          assertThat(CORE).as("what %s needs of the project", name).containsAll(own(needed));
          assertThat(needed)
              .as("platforms that %s needs outside of tests", name)
              .noneMatch(
                  one ->
                      !one.scope().equals("test")
                          && PLATFORMS.stream().anyMatch(p -> one.group().startsWith(p)));
        });
  }

  @Test
  void noSourceNamesAnotherIntegration() throws IOException {
    Set<String> names;
    try (Stream<Path> folders = Files.list(PROJECT.resolve("integrations"))) {
      names =
          folders
              .filter(folder -> Files.isDirectory(folder.resolve("src")))
              .map(folder -> folder.getFileName().toString())
              .collect(Collectors.toCollection(TreeSet::new));
    }
    assertThat(names).contains("search", "server", "spark");
    Pattern named =
        Pattern.compile("\\borg\\.openclip\\.(" + String.join("|", names) + ")(?=[.;])");
    List<String> found = new ArrayList<>();
    int own = 0;
    try (Stream<Path> files = Files.walk(PROJECT)) {
      for (Path file : files.filter(IntegrationsTest::isMainSource).toList()) {
        String path = PROJECT.relativize(file).toString().replace('\\', '/');
        Matcher matcher = named.matcher(Files.readString(file));
        while (matcher.find()) {
          if (path.startsWith("integrations/" + matcher.group(1) + "/")) {
            own++;
          } else {
            found.add(path + ": " + matcher.group());
          }
        }
      }
    }
    assertThat(own).isPositive();
    assertThat(found).isEmpty();
  }

  private static boolean isMainSource(Path file) {
    String path = file.toString().replace('\\', '/');
    return path.endsWith(".java") && path.contains("/src/main/") && !path.contains("/target/");
  }

  private static Set<String> own(List<Needed> needed) {
    return needed.stream()
        .filter(one -> one.group().equals("org.openclip"))
        .map(Needed::artifact)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns what the pom of a folder asks for, and those of the folders in it, by their names. */
  private static Map<String, List<Needed>> poms(Path folder) throws IOException {
    Map<String, List<Needed>> poms = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder, 3)) {
      for (Path file :
          files
              .filter(file -> file.endsWith("pom.xml"))
              .filter(file -> !file.toString().contains("target"))
              .filter(file -> file.getParent().resolve("src").toFile().isDirectory())
              .toList()) {
        Element pom = parse(file);
        poms.put(text(pom, "artifactId"), needed(pom));
      }
    }
    return poms;
  }

  private static List<Needed> needed(Element pom) {
    List<Needed> all = new ArrayList<>();
    var found = pom.getElementsByTagName("dependency");
    for (int i = 0; i < found.getLength(); i++) {
      Element one = (Element) found.item(i);
      boolean managed =
          one.getParentNode().getParentNode().getNodeName().equals("dependencyManagement");
      if (!managed) {
        all.add(new Needed(text(one, "groupId"), text(one, "artifactId"), text(one, "scope")));
      }
    }
    return all;
  }

  /** Returns the text of a child; empty when there is none. */
  private static String text(Element parent, String name) {
    for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child.getNodeName().equals(name)) {
        return child.getTextContent().strip();
      }
    }
    return "";
  }

  private static Element parse(Path file) {
    try {
      return DocumentBuilderFactory.newDefaultInstance()
          .newDocumentBuilder()
          .parse(file.toFile())
          .getDocumentElement();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (org.xml.sax.SAXException | javax.xml.parsers.ParserConfigurationException e) {
      throw new AssertionError(file + " is no pom", e);
    }
  }
}
