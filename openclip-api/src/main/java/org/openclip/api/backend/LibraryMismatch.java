package org.openclip.api.backend;

import java.net.URL;
import java.security.CodeSource;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.openclip.api.BackendException;

/**
 * Detects libraries of a backend whose versions do not fit together, for example because a build
 * has mixed them.
 */
public final class LibraryMismatch {
  private LibraryMismatch() {}

  /**
   * Runs a call into the libraries.
   *
   * @param backend the name of the backend, whose artifact is {@code openclip-backend-} with it
   * @param libraries the artifacts by the name of a class in each
   * @param loader of the backend
   * @throws BackendException when a class, method or field is missing, or a class does not start;
   *     the message names the jars
   */
  public static <T> T guard(
      String backend, Map<String, String> libraries, ClassLoader loader, Supplier<T> call) {
    try {
      return call.get();
    } catch (LinkageError e) {
      String jars =
          libraries.entrySet().stream()
              .sorted(Map.Entry.comparingByValue())
              .map(library -> library.getValue() + " is " + jar(library.getKey(), loader))
              .collect(Collectors.joining(", "));
      throw new BackendException(
          backend,
          "its libraries have incompatible versions: "
              + NativePlace.root(e)
              + ". "
              + jars
              + ". Use the versions in the pom of openclip-backend-"
              + backend
              + " (mvn dependency:tree shows which dependency requires others)",
          e);
    }
  }

  private static String jar(String type, ClassLoader loader) {
    try {
      CodeSource source = Class.forName(type, false, loader).getProtectionDomain().getCodeSource();
      URL place = source == null ? null : source.getLocation();
      return place == null ? "without a place" : place.toString();
    } catch (ClassNotFoundException | LinkageError e) {
      return "missing";
    }
  }
}
