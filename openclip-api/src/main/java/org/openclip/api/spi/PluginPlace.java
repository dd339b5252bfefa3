package org.openclip.api.spi;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Where plugins are looked for: what a class loader sees, or a module layer and its parents. */
sealed interface PluginPlace {
  /** Returns a service loader that has found nothing yet. */
  <P extends Provider> ServiceLoader<P> services(Class<P> kind);

  /** Returns the names of the providers that are announced, each with where that is done. */
  Map<String, String> announced(Class<? extends Provider> kind);

  /** What a class loader sees. */
  record Loader(ClassLoader loader) implements PluginPlace {
    @Override
    public <P extends Provider> ServiceLoader<P> services(Class<P> kind) {
      return ServiceLoader.load(kind, loader);
    }

    @Override
    public Map<String, String> announced(Class<? extends Provider> kind) {
      Map<String, String> announced = new LinkedHashMap<>(inModules(ModuleLayer.boot(), kind));
      try {
        for (URL file : loader.resources("META-INF/services/" + kind.getName()).toList()) {
          names(file).forEach(name -> announced.putIfAbsent(name, file.toString()));
        }
      } catch (IOException | RuntimeException e) {
        // Without it the message says less.
        announced.putIfAbsent("", e.toString());
      }
      return announced;
    }

    private static List<String> names(URL file) throws IOException {
      URLConnection connection = file.openConnection();
      connection.setUseCaches(false);
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
        return lines.lines().map(line -> line.replaceAll("#.*", "").strip()).toList();
      }
    }

    @Override
    public String toString() {
      return "class loader " + (loader.getName() == null ? loader : "'" + loader.getName() + "'");
    }
  }

  /** A module layer and its parents. */
  record Layer(ModuleLayer layer) implements PluginPlace {
    @Override
    public <P extends Provider> ServiceLoader<P> services(Class<P> kind) {
      return ServiceLoader.load(layer, kind);
    }

    @Override
    public Map<String, String> announced(Class<? extends Provider> kind) {
      return inModules(layer, kind);
    }

    @Override
    public String toString() {
      return "module layer " + layer;
    }
  }

  private static Map<String, String> inModules(ModuleLayer layer, Class<?> kind) {
    Map<String, String> announced = new LinkedHashMap<>();
    for (ResolvedModule module : layer.configuration().modules()) {
      for (ModuleDescriptor.Provides provides : module.reference().descriptor().provides()) {
        if (provides.service().equals(kind.getName())) {
          String place = module.reference().location().map(URI::toString).orElse(module.name());
          provides.providers().forEach(name -> announced.put(name, place));
        }
      }
    }
    for (ModuleLayer parent : layer.parents()) {
      inModules(parent, kind).forEach(announced::putIfAbsent);
    }
    return announced;
  }

  /**
   * Returns the places that a class is looked for from: the thread's context class loader, where
   * that sees this OpenCLIP and no other, and what the class itself was loaded by. The context
   * class loader of a thread may be anything: that of a server's pool sees the server alone.
   */
  static SequencedSet<PluginPlace> around(Class<?> beside) {
    SequencedSet<PluginPlace> places = new LinkedHashSet<>();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (context != null && sees(context)) {
      places.add(new Loader(context));
    }
    for (Class<?> own : List.of(beside, PluginPlace.class)) {
      ModuleLayer layer = own.getModule().getLayer();
      if (layer != null && layer != ModuleLayer.boot()) {
        places.add(new Layer(layer));
      }
      ClassLoader loader = own.getClassLoader();
      boolean covered =
          places.stream().anyMatch(p -> p instanceof Loader l && reaches(l.loader(), loader));
      if (loader != null && !covered) {
        places.add(new Loader(loader));
      }
    }
    return places;
  }

  private static boolean sees(ClassLoader loader) {
    try {
      return loader.loadClass(PluginPlace.class.getName()) == PluginPlace.class;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** Returns whether a loader has another one as itself or among its parents. */
  private static boolean reaches(ClassLoader from, @Nullable ClassLoader to) {
    for (ClassLoader loader = from; loader != null; loader = loader.getParent()) {
      if (loader.equals(to)) {
        return true;
      }
    }
    return false;
  }
}
