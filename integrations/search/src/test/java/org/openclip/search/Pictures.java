package org.openclip.search;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.Main;
import org.openclip.hub.io.JsonObjects;

/** Real pictures for tests, and runs of the command line over them. */
final class Pictures {
  private Pictures() {}

  private static Path project() {
    return Path.of(System.getProperty("openclip.project"));
  }

  static Path smile() {
    return project().resolve("docs/smile.png");
  }

  /** Returns the pictures of the goldens, one of each format that is read, by name. */
  static List<Path> goldens() {
    Path folder = project().resolve("openclip-api/src/test/golden/preprocess/images");
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted(Comparator.comparing(Path::getFileName)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path golden(String name) {
    return goldens().get(0).resolveSibling(name);
  }

  static Path copy(Path picture, Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    return Files.copy(picture, folder.resolve(name));
  }

  /** What a command wrote and how it ended. */
  record Ran(int code, String out, String err) {
    Map<String, Object> object() {
      return JsonObjects.parse("output", 0, out.getBytes(StandardCharsets.UTF_8));
    }
  }

  static Ran run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment environment =
        new Environment(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            PluginRegistry.create(),
            false);
    int code = Main.run(Stream.of(arguments).map(Object::toString).toList(), environment);
    return new Ran(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Returns everything that an index holds, by path. */
  static Map<String, String> contents(Path index) {
    Map<String, String> contents = new TreeMap<>();
    try (PictureIndex open = PictureIndex.open(index)) {
      open.forEach(
          List.of(),
          (picture, vector) ->
              contents.put(picture.path(), picture + " " + Arrays.toString(vector)));
    }
    return contents;
  }
}
