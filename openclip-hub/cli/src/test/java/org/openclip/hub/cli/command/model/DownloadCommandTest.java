package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.cli.FetchProgress;
import org.openclip.hub.cli.Main;

/** {@code openclip download} fetches, tells where the checkpoint is, and is of use offline. */
class DownloadCommandTest {
  private static final byte[] WEIGHTS = new byte[2_500_000];

  @TempDir Path folder;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/w.safetensors",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, WEIGHTS.length);
            exchange.getResponseBody().write(WEIGHTS);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void theOutputIsThePathOfTheCheckpoint() {
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/w.safetensors";
    String[] command = {
      "download", "ViT-B-32", "--pretrained", url, "--cache-dir", folder.toString()
    };

    CommandLineRun run = CommandLineRun.of(command);

    assertThat(run.code()).as(run.err()).isEqualTo(Main.SUCCESS);
    assertThat(run.err()).isEqualToNormalizingNewlines("openclip: fetching w.safetensors, 2 MB\n");
    Path file = Path.of(run.out().strip());
    assertThat(file).startsWith(folder).hasBinaryContent(WEIGHTS);

    server.stop(0);
    CommandLineRun offline =
        CommandLineRun.of(
            "download", "ViT-B-32", "-p", url, "--cache-dir", folder.toString(), "--offline");
    assertThat(offline.out().strip()).as(offline.err()).isEqualTo(file.toString());
  }

  @Test
  void aModelWithoutATagIsAnsweredWithOne() {
    CommandLineRun run = CommandLineRun.of("download", "ViT-B/32");

    assertThat(run.code()).isEqualTo(Main.FAILURE);
    assertThat(run.errors())
        .singleElement()
        .asString()
        .contains("--pretrained openai, or another of the 22")
        .contains("'openclip pretrained --model ViT-B-32' lists");
  }

  @Test
  void whatIsLeftOfADownloadIsSaidToBeGoneOnWith() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    FetchProgress progress =
        new FetchProgress(
            new Environment(stream, stream, PluginRegistry.create(), false), "fetching");

    progress.progress("w.safetensors", 300_000_000, 600_000_000);
    progress.progress("w.safetensors", 600_000_000, 600_000_000);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines("openclip: fetching w.safetensors, 600 MB, from 300 MB on\n");
  }

  @Test
  void aTypoInATagIsOneLine() {
    CommandLineRun run = CommandLineRun.of("download", "ViT-B-32", "-p", "laion2b_s34b_b97k");

    assertThat(run.code()).isEqualTo(Main.FAILURE);
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .contains("did you mean laion2b_s34b_b79k?");
  }
}
