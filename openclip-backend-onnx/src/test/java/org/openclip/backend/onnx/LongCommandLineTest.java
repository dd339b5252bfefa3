package org.openclip.backend.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;

/** A process with a long class path, as build tools start them, runs like any other. */
@Tag("once")
class LongCommandLineTest {
  @Test
  void theRuntimeStarts() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xshare:auto",
                    "-Dfiller=" + "/some/where/a.jar:".repeat(5000),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Opening.class.getName()))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("ONNX Runtime");
  }

  /** The program of that process. */
  public static final class Opening {
    private Opening() {}

    /** Opens and closes the runtime. */
    public static void main(String[] arguments) {
      try (Backend backend = new OnnxBackendProvider().open(BackendOptions.DEFAULT)) {
        System.out.println(backend.description());
      }
    }
  }
}
