package org.openclip.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Processes of Java with the class path of the tests. */
public final class JavaProcess {
  private JavaProcess() {}

  /** Returns what starts a class' main method. */
  public static ProcessBuilder of(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                main.getName()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    String classPath = System.getProperty("java.class.path");
    builder
        .environment()
        .put("CLASSPATH", System.getProperty("surefire.test.class.path", classPath));
    return builder;
  }
}
