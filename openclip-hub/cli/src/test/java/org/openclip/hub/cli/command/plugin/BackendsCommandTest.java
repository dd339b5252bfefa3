package org.openclip.hub.cli.command.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Processor;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.CommandLineRun;

/** {@code openclip backends} tells what there is and what it runs on. */
class BackendsCommandTest {
  private static final String NAME =
      PluginRegistry.create().preferred(BackendProvider.class).name();

  @Test
  void showsTheRuntimeItsDeviceAndThreads() {
    CommandLineRun run = CommandLineRun.of("backends", "--device", "cpu");

    assertThat(run.code()).isZero();
    assertThat(run.lines().get(0)).startsWith("name");
    assertThat(run.lines().get(1)).startsWith(NAME).contains("cpu", "fp32", "threads");
    assertThat(run.lines()).last().isEqualTo("processor: " + Processor.current());
  }

  @Test
  void anObjectALineForPrograms() {
    Map<String, Object> first = CommandLineRun.of("backends", "-f", "json").objects().get(0);

    assertThat(first)
        .containsEntry("name", NAME)
        .containsKeys("priority", "trains", "exports", "jar", "processor")
        .hasEntrySatisfying("runtime", r -> assertThat(r).asString().contains("threads"));
  }

  @Test
  void aBackendThatDoesNotOpenSaysWhy() {
    CommandLineRun run = CommandLineRun.of("backends", "--device", "cuda:9");

    assertThat(run.code()).isZero();
    assertThat(run.lines().get(1)).startsWith(NAME).contains("does not open", "cuda:9");
  }

  @Test
  void withNoneTheJarsAreNamed() throws Exception {
    try (URLClassLoader nothing =
        new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader())) {
      PluginRegistry none = PluginRegistry.of(nothing);

      assertThatThrownBy(
              () ->
                  new BackendsCommand()
                      .run(List.of(), new Environment(System.out, System.err, none, false)))
          .isInstanceOf(OpenClipException.class)
          .hasMessageContaining("openclip-backend-onnx or openclip-backend-tf");
    }
  }
}
