package org.openclip.hub;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * A program that has OpenCLIP in a class loader, or module layer, of its own, as servers have their
 * applications; on Java's own class path is this class alone. Its arguments are the kind of place,
 * the path of what is in it, and then what is done there.
 */
public final class PlacesProgram {
  private PlacesProgram() {}

  public static void main(String[] arguments) throws Exception {
    List<Path> path =
        Arrays.stream(arguments[1].split(File.pathSeparator, -1)).map(Path::of).toList();
    ClassLoader loader = arguments[0].equals("loader") ? loader(path) : layer(path);
    Class<?> openClip = loader.loadClass("org.openclip.hub.OpenClip");
    for (String task : Arrays.copyOfRange(arguments, 2, arguments.length)) {
      Callable<Object> call =
          task.equals("models")
              ? () -> ((List<?>) openClip.getMethod("models").invoke(null)).size()
              : () -> embed(openClip, task);
      System.out.println(task + " of a pool: " + pooled(call));
      Thread.currentThread().setContextClassLoader(null);
      System.out.println(task + " without a loader: " + call.call());
    }
  }

  private static ClassLoader loader(List<Path> path) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (Path entry : path) {
      urls.add(entry.toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static ClassLoader layer(List<Path> path) {
    ModuleFinder finder = ModuleFinder.of(path.toArray(Path[]::new));
    Configuration modules =
        ModuleLayer.boot()
            .configuration()
            .resolveAndBind(finder, ModuleFinder.of(), Set.of("org.openclip.hub"));
    return ModuleLayer.boot()
        .defineModulesWithOneLoader(modules, ClassLoader.getPlatformClassLoader())
        .findLoader("org.openclip.hub");
  }

  /** Threads of the common pool have the class loader of Java's own class path. */
  private static Object pooled(Callable<Object> call) {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return call.call();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            })
        .join();
  }

  /** Loads the embedded model, or the one of a name, and returns the start of a text's features. */
  private static Object embed(Class<?> openClip, String name) throws Exception {
    try (AutoCloseable model =
        (AutoCloseable)
            (name.equals("embedded")
                ? openClip.getMethod("load").invoke(null)
                : openClip.getMethod("load", String.class).invoke(null, name))) {
      Class<?> type = openClip.getClassLoader().loadClass("org.openclip.api.model.ClipModel");
      Method encode = type.getMethod("encodeTexts", List.class);
      float[] row = row(encode.invoke(model, List.of("pizza")));
      String picture = System.getProperty("picture");
      if (picture != null) {
        row(type.getMethod("encodeImages", List.class).invoke(model, List.of(Path.of(picture))));
      }
      return Arrays.hashCode(row);
    }
  }

  private static float[] row(Object embeddings) throws Exception {
    return (float[]) embeddings.getClass().getMethod("row", int.class).invoke(embeddings, 0);
  }
}
