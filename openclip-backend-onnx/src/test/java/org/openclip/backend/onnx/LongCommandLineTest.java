package org.openclip.backend.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;

/**
 * A process with a long class path, as build tools start them, runs like any other; one with a
 * short command line takes no room for a long one.
 */
@Tag("once")
class LongCommandLineTest {
  /** A megabyte of a stack for each 2048 characters of these 90,000. */
  private static final String LONG = "/some/where/a.jar:".repeat(5000);

  /** Enough for the runtime, and less than the stack for the long command line. */
  private static final long ROOM = 40L << 20;

  private static final String REPORTS = "ORT_DISABLE_TELEMETRY";

  @Test
  void theRuntimeStarts() throws Exception {
    Ended ended = run("", "0", LONG);

    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("ONNX Runtime");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLimitOfTheAddressSpaceIsNoticedByALongCommandLineOnly() throws Exception {
    long size = size(run("", "0", "x").output());
    String limit = "ulimit -v " + ((size >> 10) + (350 << 10)) + "; ";

    Ended shortLine = run(limit, "0", "x");
    Ended longLine = run("ulimit -v " + ((size + ROOM) >> 10) + "; ", "0", LONG);
    Ended withoutReports = run(limit, "1", LONG);

    assertThat(shortLine.code()).as(shortLine.output()).isZero();
    assertThat(shortLine.output().lines()).hasSize(2).last().asString().startsWith("ONNX Runtime");
    assertThat(longLine.output().lines())
        .hasSize(2)
        .last()
        .asString()
        .contains("ulimit -v", REPORTS + "=1", "needs a stack of 4");
    assertThat(withoutReports.code()).as(withoutReports.output()).isZero();
  }

  private record Ended(int code, String output) {}

  private static long size(String output) {
    Matcher size = Pattern.compile("VmSize:\\s+(\\d+) kB").matcher(output);
    assertThat(size.find()).as(output).isTrue();
    return Long.parseLong(size.group(1)) << 10;
  }

  private static Ended run(String before, String disabled, String filler) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", before + "exec \"$@\"", "sh"));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-Dfiller=" + filler,
            Opening.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put(REPORTS, disabled);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }

  /** The program of that process. */
  public static final class Opening {
    private Opening() {}

    /** Opens and closes the runtime. */
    public static void main(String[] arguments) throws IOException {
      Path status = Path.of("/proc/self/status");
      if (Files.exists(status)) {
        try (var lines = Files.lines(status)) {
          lines.filter(line -> line.startsWith("VmSize")).forEach(System.out::println);
        }
      }
      try (Backend backend = new OnnxBackendProvider().open(BackendOptions.DEFAULT)) {
        System.out.println(backend.description());
      } catch (OpenClipException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
