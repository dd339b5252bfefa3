package org.openclip.hub.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.hub.http.Backoff;

class RemoteFilesTest {
  private static final byte[] CONTENT = new byte[3_000_000];
  private static final int CUT = 700_000;
  private static final List<String> RANGES = new CopyOnWriteArrayList<>();

  @TempDir static Path folder;

  private static HttpServer server;
  private static final RemoteFiles FILES =
      new RemoteFiles(new Backoff(2, Duration.ofMillis(5), Duration.ofMillis(10)));

  @BeforeAll
  static void serve() throws IOException {
    new Random(1).nextBytes(CONTENT);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", RemoteFilesTest::answer);
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop(0);
  }

  @BeforeEach
  void forget() {
    RANGES.clear();
  }

  /** Serves the content whole, or cut where the path says so, with or without ranges. */
  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String range = exchange.getRequestHeaders().getFirst("Range");
    RANGES.add(String.valueOf(range));
    if (path.equals("/missing")) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    boolean changed = path.equals("/changing") && range != null;
    exchange.getResponseHeaders().add("ETag", changed ? "\"other\"" : "\"one\"");
    int from = 0;
    if (range != null && !path.equals("/norange")) {
      from = Integer.parseInt(range.replaceAll("\\D", ""));
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range", "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length);
    }
    int whole = CONTENT.length - from;
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, whole);
    int sent = path.equals("/whole") || (from == 0 && range != null) ? whole : CUT;
    exchange.getResponseBody().write(CONTENT, from, Math.min(whole, sent));
    exchange.close();
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  @Test
  void bytesComeAsTheyAreSent() throws IOException {
    assertThat(FILES.read(url("/whole"))).isEqualTo(CONTENT);
    assertThat(RANGES).containsExactly("null");
    try (InputStream stream = FILES.open(url("/whole?token=secret"))) {
      assertThat(stream.readNBytes(1000)).isEqualTo(Arrays.copyOf(CONTENT, 1000));
      assertThat(stream.read()).isEqualTo(CONTENT[1000] & 0xff);
    }
  }

  @Test
  void aConnectionThatIsCutGoesOnAtTheNextByte() throws IOException {
    assertThat(FILES.read(url("/cut"))).isEqualTo(CONTENT);
    assertThat(RANGES)
        .containsExactly(
            "null", "bytes=700000-", "bytes=1400000-", "bytes=2100000-", "bytes=2800000-");
  }

  @Test
  void aServerWithoutRangesIsReadFromTheBeginning() throws IOException {
    assertThat(FILES.read(url("/norange"))).isEqualTo(CONTENT);
    assertThat(RANGES).hasSize(2);
  }

  @Test
  void aFileThatChangesIsNotMixed() {
    assertThatThrownBy(() -> FILES.read(url("/changing?token=secret")))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("changed on the server")
        .hasMessageNotContaining("secret");
  }

  @Test
  void filesOfOtherFileSystemsAndOfThisMachine() throws IOException {
    Path file = Files.write(folder.resolve("a b.txt"), new byte[] {1, 2});
    assertThat(FILES.read(file.toString())).containsExactly(1, 2);
    assertThat(FILES.read(file.toUri().toString())).containsExactly(1, 2);
    assertThat(RemoteFiles.beside(file.toString(), "b")).isEqualTo(folder.resolve("b").toString());
    assertThat(RemoteFiles.beside("https://x.org/a/b.tar?t=1", "c.json"))
        .isEqualTo("https://x.org/a/c.json?t=1");
    assertThat(RemoteFiles.beside("b.tar", "c.json")).isEqualTo("c.json");
  }

  @Test
  void whatIsNotThere() {
    assertThatThrownBy(() -> FILES.open(url("/missing")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("404");
    assertThatThrownBy(() -> FILES.open(folder.resolve("none").toString()))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> FILES.open("s4://bucket/none"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("java.nio file system");
    assertThatThrownBy(() -> RemoteFiles.path("https://x.org/a"))
        .isInstanceOf(InvalidInputException.class);
  }
}
