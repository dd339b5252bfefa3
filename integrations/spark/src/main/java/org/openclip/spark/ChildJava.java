package org.openclip.spark;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.openclip.api.OpenClipException;

/** The command line of a JVM that has the classes of this one. */
final class ChildJava {
  private ChildJava() {}

  /**
   * Returns the command line up to the program's own arguments.
   *
   * @param options of the JVM
   * @param main the class that it runs
   */
  static List<String> command(List<String> options, String main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.add("-cp");
    command.add(classPath());
    command.add(main);
    return command;
  }

  /** Returns the jars that came with the job, and behind them those that this JVM started with. */
  private static String classPath() {
    Set<String> entries = new LinkedHashSet<>();
    for (ClassLoader loader = Thread.currentThread().getContextClassLoader();
        loader != null;
        loader = loader.getParent()) {
      if (loader instanceof URLClassLoader open) {
        for (URL url : open.getURLs()) {
          if (url.getProtocol().equals("file")) {
            entries.add(file(url));
          }
        }
      }
    }
    entries.add(System.getProperty("java.class.path"));
    return String.join(File.pathSeparator, entries);
  }

  private static String file(URL url) {
    try {
      return Path.of(url.toURI()).toString();
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new OpenClipException(url + " is not the location of a jar", e);
    }
  }
}
