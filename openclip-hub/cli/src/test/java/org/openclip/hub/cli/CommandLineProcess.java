package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openclip.hub.testkit.ModulePath;

/** Real processes of the command line. */
public final class CommandLineProcess {
  private CommandLineProcess() {}

  /** Returns the command that runs the command line on the module path. */
  static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=com.microsoft.onnxruntime,webp.imageio,com.github.luben.zstd_jni",
                "-Dstdout.encoding=UTF-8",
                "-p",
                ModulePath.ofThisTest(),
                "-m",
                "org.openclip.hub.cli/org.openclip.hub.cli.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Runs the command line with the jars of a folder among its modules. */
  public static CommandLineRun runWith(Path plugins, Path folder, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = command(arguments);
    int path = command.indexOf("-p") + 1;
    command.set(path, plugins + File.pathSeparator + command.get(path));
    return run(new ProcessBuilder(command).directory(folder.toFile()), "");
  }

  /** Runs a process to its end, with a text as its input. */
  public static CommandLineRun run(ProcessBuilder builder, String input)
      throws IOException, InterruptedException {
    Path files = Files.createTempDirectory("openclip-process");
    Path in = Files.writeString(files.resolve("in"), input);
    Path out = files.resolve("out");
    Path err = files.resolve("err");
    Process process =
        builder
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    CommandLineRun run =
        new CommandLineRun(
            process.exitValue(),
            Files.readString(out, StandardCharsets.UTF_8),
            Files.readString(err, StandardCharsets.UTF_8));
    for (Path file : List.of(in, out, err, files)) {
      Files.delete(file);
    }
    return run;
  }
}
