package org.openclip.hub.cli.command.plugin;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.openclip.api.OpenClipException;
import org.openclip.hub.cli.UsageException;

/**
 * A Maven project of a plugin with an image tower, its models and its contract test.
 *
 * @param name that of the tower and of the jar, such as {@code bright-tower}
 * @param packageName that of the classes and of the module
 * @param version of OpenCLIP
 */
record PluginProject(String name, String packageName, String version) {
  /** The version of OpenCLIP where no jar tells it; that of the build. */
  static final String VERSION = "0.1.0";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern PACKAGE = Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)*");

  /** What a project is written in. */
  enum Language {
    JAVA,
    KOTLIN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks the names.
   *
   * @throws UsageException when one is none
   */
  PluginProject {
    if (!NAME.matcher(name).matches()) {
      throw new UsageException(
          "'%s' is not a plugin name; use lower-case letters, digits and dashes, such as bright-tower"
              .formatted(name));
    }
    if (!PACKAGE.matcher(packageName).matches()) {
      throw new UsageException(
          "--package is '%s', but must be like com.example.tower".formatted(packageName));
    }
  }

  /** Returns the package of a plugin whose author names none. */
  static String usualPackage(String name) {
    return "com.example." + name.replace("-", "");
  }

  /** Returns the name that classes begin with, such as {@code BrightTower}. */
  String className() {
    StringBuilder words = new StringBuilder();
    for (String word : name.split("-", -1)) {
      words.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return words.toString();
  }

  /**
   * Writes the files.
   *
   * @return their paths
   * @throws OpenClipException when the folder cannot be written
   */
  List<Path> write(Path folder, Language language) {
    List<Path> written = new ArrayList<>();
    try {
      for (Map.Entry<String, String> file : files(language).entrySet()) {
        Path path = folder.resolve(file.getKey());
        Files.createDirectories(path.toAbsolutePath().getParent());
        written.add(Files.writeString(path, template(file.getValue())));
      }
    } catch (IOException e) {
      throw new OpenClipException(folder + " cannot be written: " + e, e);
    }
    return written;
  }

  /** Returns the templates by the places of the files. */
  private Map<String, String> files(Language language) {
    String place = packageName.replace('.', '/') + "/";
    String resources = "src/main/resources/";
    String services = resources + "META-INF/services/org.openclip.api.spi.";
    Map<String, String> files = new LinkedHashMap<>();
    files.put("pom.xml", language + "/pom.xml");
    files.put("README.md", "common/README.md");
    files.put(".gitignore", "common/gitignore");
    files.put("src/main/java/module-info.java", language + "/module-info.java");
    if (language == Language.KOTLIN) {
      files.put("src/main/kotlin/" + place + className() + ".kt", "kotlin/Tower.kt");
      files.put("src/test/kotlin/" + place + className() + "Test.kt", "kotlin/Test.kt");
    } else {
      String main = "src/main/java/" + place + className();
      files.put(main + ".java", "java/Tower.java");
      files.put(main + "Provider.java", "java/Provider.java");
      files.put(main + "Models.java", "java/Models.java");
      files.put("src/test/java/" + place + className() + "Test.java", "java/Test.java");
    }
    files.put(resources + place + className() + "-S.json", "common/model.json");
    files.put(services + "ImageEncoderProvider", "common/encoder-service");
    files.put(services + "ModelCatalogueProvider", "common/models-service");
    return files;
  }

  private String template(String file) throws IOException {
    String path = file + ".txt";
    try (InputStream stream = PluginProject.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new FileNotFoundException(path + " is not in openclip-cli");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .replace("__package__", packageName)
          .replace("__Class__", className())
          .replace("__name__", name)
          .replace("__version__", version);
    }
  }
}
