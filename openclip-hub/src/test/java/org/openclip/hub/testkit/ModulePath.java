package org.openclip.hub.testkit;

import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openclip.api.spi.BackendProvider;

/** The modules behind the class path that tests run on. */
public final class ModulePath {
  private static final String COMMAND_LINE = "org.openclip.hub.cli";

  /** What starts from; the backend is whichever lies on the class path. */
  public static final List<String> ROOTS = roots();

  /** Jars without a descriptor do not say what they need; what those of the roots need is this. */
  private static final Map<String, List<String>> UNSAID =
      Map.of("tensorflow.nativelib", List.of("tensorflow.nativelib.linux.x86_64"));

  private ModulePath() {}

  private static List<String> roots() {
    Map<String, ModuleReference> found = onClassPath();
    List<String> roots = new ArrayList<>(List.of("org.openclip.hub", "org.openclip.models"));
    if (found.containsKey(COMMAND_LINE)) {
      roots.add(COMMAND_LINE);
    }
    found.values().stream()
        .map(ModuleReference::descriptor)
        .filter(
            module ->
                module.provides().stream()
                    .anyMatch(p -> p.service().equals(BackendProvider.class.getName())))
        .map(ModuleDescriptor::name)
        .forEach(roots::add);
    return roots;
  }

  private static Map<String, ModuleReference> onClassPath() {
    Map<String, ModuleReference> found = new HashMap<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      boolean module = entry.endsWith(".jar") || Files.exists(path.resolve("module-info.class"));
      if (module && Files.exists(path)) {
        ModuleFinder.of(path).findAll().forEach(m -> found.put(m.descriptor().name(), m));
      }
    }
    return found;
  }

  /** Returns the path of the modules that the platform consists of, and of nothing else. */
  public static String ofThisTest() {
    Map<String, ModuleReference> found = onClassPath();
    Map<String, ModuleReference> needed = new LinkedHashMap<>();
    Deque<String> open = new ArrayDeque<>(ROOTS);
    while (!open.isEmpty()) {
      String name = open.pop();
      ModuleReference module = found.get(name);
      if (module != null && needed.putIfAbsent(name, module) == null) {
        module.descriptor().requires().stream()
            .filter(r -> !r.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
            .forEach(r -> open.add(r.name()));
        open.addAll(UNSAID.getOrDefault(name, List.of()));
      }
    }
    return needed.values().stream()
        .map(m -> Path.of(m.location().orElseThrow()).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
