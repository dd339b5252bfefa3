package org.openclip.testkit;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The options of the {@code java} command that let a module's tests, which are made for the class
 * path, run on the module path: the module with its tests as a patch, the other modules of the
 * class path beside it as a program would have them, and everything else, JUnit for one, left on
 * the class path.
 */
public final class ModulePathArguments {
  private final Path tests;
  private final Map<String, ModuleReference> found = new HashMap<>();
  private final Set<String> needed = new LinkedHashSet<>();
  private final String module;

  private ModulePathArguments(Path classes, Path tests, List<Path> classPath) {
    this.tests = tests;
    for (Path entry : classPath) {
      if (entry.toString().endsWith(".jar") || Files.exists(entry.resolve("module-info.class"))) {
        ModuleFinder.of(entry).findAll().forEach(m -> found.putIfAbsent(m.descriptor().name(), m));
      }
    }
    this.module =
        ModuleFinder.of(classes).findAll().stream()
            .map(m -> m.descriptor().name())
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no module-info.class in " + classes));
    resolve();
  }

  /**
   * Writes the options for the class path of this process into a file that {@code java} reads with
   * {@code @file}.
   *
   * @param arguments the folder of the module's classes, that of its tests, and the file to write
   */
  public static void main(String[] arguments) throws IOException {
    Path tests = Path.of(arguments[1]);
    List<String> options =
        Files.isDirectory(tests) ? ofThisProcess(arguments[0], tests) : List.of();
    List<String> lines = options.stream().map(ModulePathArguments::quote).toList();
    Files.write(Path.of(arguments[2]), lines);
  }

  private static List<String> ofThisProcess(String classes, Path tests) throws IOException {
    List<Path> classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(Path::of)
            .filter(Files::exists)
            .toList();
    return new ModulePathArguments(Path.of(classes), tests, classPath).options();
  }

  /** Follows what the descriptors of this and of all other OpenCLIP modules require. */
  private void resolve() {
    Deque<String> open = new ArrayDeque<>();
    found.values().stream()
        .filter(m -> !m.descriptor().isAutomatic())
        .map(m -> m.descriptor().name())
        .filter(name -> name.startsWith("org.openclip."))
        .sorted()
        .forEach(open::add);
    while (!open.isEmpty()) {
      ModuleReference next = found.get(open.pop());
      if (next != null && needed.add(next.descriptor().name())) {
        next.descriptor().requires().stream().map(Requires::name).sorted().forEach(open::add);
      }
    }
  }

  private List<String> options() throws IOException {
    List<String> options = new ArrayList<>();
    options.add("--module-path");
    options.add(
        String.join(
            File.pathSeparator,
            needed.stream()
                .map(name -> Path.of(found.get(name).location().orElseThrow()).toString())
                .toList()));
    options.add("--add-modules");
    options.add(String.join(",", needed));
    options.add("--enable-native-access");
    options.add(String.join(",", needed));
    options.add("--patch-module");
    options.add(module + "=" + tests);
    options.add("--add-reads");
    options.add(module + "=ALL-UNNAMED," + String.join(",", readable()));
    for (String name : packages()) {
      options.add("--add-opens");
      options.add(module + "/" + name + "=ALL-UNNAMED");
    }
    return options;
  }

  /** Tests may use more than the module does: any of the others, and of the JDK. */
  private Set<String> readable() {
    Set<String> readable = new TreeSet<>(needed);
    ModuleLayer.boot().modules().forEach(m -> readable.add(m.getName()));
    readable.remove(module);
    return readable;
  }

  private Set<String> packages() throws IOException {
    Set<String> packages = new TreeSet<>();
    try (Stream<Path> files = Files.walk(tests)) {
      files
          .filter(file -> file.toString().endsWith(".class"))
          .map(file -> tests.relativize(file).getParent())
          .forEach(folder -> packages.add(folder.toString().replace(File.separatorChar, '.')));
    }
    return packages;
  }

  private static String quote(String option) {
    return '"' + option.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
