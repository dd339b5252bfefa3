package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineProcess;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.cli.Main;

/** Encrypted servers, by processes of their own, since a process trusts what it trusted first. */
@Tag("once")
class HttpsTest {
  private static final byte[] WEIGHTS = new byte[10_000];
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir static Path folder;
  private static Path store = Path.of("");
  private static HttpsServer server;

  @BeforeAll
  static void start() throws Exception {
    store = folder.resolve("store");
    keytool();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(store)) {
      keys.load(bytes, PASSWORD);
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/w.safetensors",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, WEIGHTS.length);
            exchange.getResponseBody().write(WEIGHTS);
          }
        });
    server.createContext(
        "/moved.safetensors",
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/w.safetensors");
            exchange.sendResponseHeaders(302, -1);
          }
        });
    server.start();
  }

  private static void keytool() throws Exception {
    ProcessBuilder tool =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "server",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "san=dns:localhost,ip:127.0.0.1",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            new String(PASSWORD));
    CommandLineRun made = CommandLineProcess.run(tool, "");
    assertThat(made.code()).as(made.out() + made.err()).isZero();
  }

  @AfterAll
  static void stop() {
    server.stop(0);
  }

  private static CommandLineRun download(String file, String... options) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "download",
            "ViT-B-32",
            "--pretrained",
            "https://localhost:" + server.getAddress().getPort() + file,
            "--cache-dir",
            folder.resolve("cache").toString()));
    return CommandLineProcess.run(new ProcessBuilder(command), "");
  }

  private static String[] trusting() {
    return new String[] {
      "-Djavax.net.ssl.trustStore=" + store,
      "-Djavax.net.ssl.trustStorePassword=" + new String(PASSWORD)
    };
  }

  @Test
  void aFileOfATrustedServer() throws Exception {
    CommandLineRun run = download("/w.safetensors", trusting());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Path.of(run.out().strip())).hasBinaryContent(WEIGHTS);
  }

  @Test
  void aServerThatIsNotTrusted() throws Exception {
    CommandLineRun run = download("/w.safetensors");

    assertThat(run.code()).isEqualTo(Main.FAILURE);
    assertThat(run.errors())
        .singleElement()
        .asString()
        .contains("its certificate is not trusted", "-Djavax.net.ssl.trustStore");
  }

  @Test
  void theWayOutOfEncryptionIsNotTaken() throws Exception {
    CommandLineRun run = download("/moved.safetensors", trusting());

    assertThat(run.code()).isEqualTo(Main.FAILURE);
    assertThat(run.errors())
        .singleElement()
        .asString()
        .contains(
            "redirects to http://127.0.0.1:1/w.safetensors, which is not encrypted; the redirect"
                + " was refused");
  }
}
