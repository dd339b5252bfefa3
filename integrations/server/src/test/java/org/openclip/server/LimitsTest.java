package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.serving.BatchingOptions;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.hub.OpenClip;
import org.openclip.server.settings.ServedModels;
import org.openclip.server.settings.ServerOptions;
import org.openclip.testkit.Fixtures;

/** What a server refuses, and how it says so. */
@Tag("once")
@Timeout(120)
class LimitsTest {
  private static final String TEXT = "{\"input\":\"a cat\"}";

  private static Servers.Answer embeddings(ClipServer server, String json) throws Exception {
    return Servers.post(server, "/v1/embeddings", json);
  }

  private static String message(Servers.Answer answer) {
    Object error = answer.json().get("error");
    return error instanceof java.util.Map<?, ?> map ? String.valueOf(map.get("message")) : "";
  }

  private static byte[] cat() throws IOException {
    return Files.readAllBytes(Fixtures.path("preprocess/images/cat.png"));
  }

  /** Sends bytes as they are and returns all that comes back. */
  private static String raw(ClipServer server, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      InputStream in = socket.getInputStream();
      byte[] piece = new byte[4096];
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        all.write(piece, 0, count);
      }
      return all.toString(StandardCharsets.UTF_8);
    }
  }

  @Test
  void aPortInUseIsToldAndSoIsAnInterfaceThatIsNotThere() {
    try (ClipServer server = Servers.start(Servers.options())) {
      assertThatThrownBy(() -> Servers.start(Servers.options().port(server.port())))
          .isInstanceOf(OpenClipException.class)
          .hasMessageContaining("port " + server.port() + " of 127.0.0.1 cannot be used")
          .hasMessageContaining("choose another");
    }
    assertThatThrownBy(() -> Servers.start(Servers.options().host("no-such-host.invalid")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("network interface no-such-host.invalid");
    assertThatThrownBy(() -> ServerOptions.builder().port(70_000).build())
        .hasMessageContaining("port is 70000, but must be from 0 to 65535");
  }

  @Test
  void keysAreAskedForWhereSomethingIsToBeHad() throws Exception {
    try (ClipServer server = Servers.start(Servers.options().apiKeys(List.of("one", "two")))) {
      HttpRequest.Builder request =
          Servers.request(server, "/v1/embeddings")
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(TEXT));

      assertThat(Servers.send(request.copy().build()).status()).isEqualTo(401);
      Servers.Answer wrong =
          Servers.send(request.copy().header("Authorization", "Bearer three").build());
      assertThat(wrong.status()).isEqualTo(401);
      assertThat(wrong.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(
              Servers.send(request.copy().header("Authorization", "bearer two").build()).status())
          .isEqualTo(200);
      assertThat(Servers.get(server, "/metrics").status()).isEqualTo(401);
      assertThat(Servers.get(server, "/meta").status()).isEqualTo(401);
      assertThat(Servers.get(server, "/health").status()).isEqualTo(200);
      assertThat(Servers.get(server, "/.well-known/ready").status()).isEqualTo(204);
    }
  }

  @Test
  void otherNamesThanThisMachinesAreRefusedOnIt() throws Exception {
    String head = " HTTP/1.1\r\nConnection: close\r\nHost: ";
    try (ClipServer server = Servers.start(Servers.options().serverNames(List.of("Own.example")))) {
      assertThat(raw(server, "GET /health" + head + "evil.example\r\n\r\n"))
          .startsWith("HTTP/1.1 421")
          .contains("the host name evil.example is not allowed");
      assertThat(raw(server, "GET /health" + head + "localhost:80\r\n\r\n"))
          .startsWith("HTTP/1.1 200");
      assertThat(raw(server, "GET /health" + head + "[::1]:80\r\n\r\n")).startsWith("HTTP/1.1 200");
      assertThat(raw(server, "GET /health" + head + "own.example\r\n\r\n"))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void pathsMethodsAndTypesAreTold() throws Exception {
    try (ClipServer server = Servers.start(Servers.options())) {
      assertThat(Servers.get(server, "/nothing").status()).isEqualTo(404);
      Servers.Answer get = Servers.get(server, "/v1/embeddings");
      assertThat(get.status()).isEqualTo(405);
      assertThat(get.header("Allow")).isEqualTo("POST");
      HttpRequest.Builder post =
          Servers.request(server, "/v1/embeddings").POST(HttpRequest.BodyPublishers.ofString(TEXT));
      assertThat(Servers.send(post.copy().header("Content-Type", "text/plain").build()).status())
          .isEqualTo(415);
      assertThat(Servers.send(post.copy().build()).status()).isEqualTo(415);
      assertThat(
              Servers.send(
                      post.copy()
                          .header("Content-Type", "application/json; charset=utf-8")
                          .header("Content-Encoding", "gzip")
                          .build())
                  .status())
          .isEqualTo(400);
      Servers.Answer unknown = embeddings(server, "{\"input\":\"a\",\"model\":\"b\"}");
      assertThat(unknown.status()).isEqualTo(404);
      assertThat(message(unknown)).isEqualTo("model 'b' is not served; the models are emoji");
    }
  }

  @Test
  void sizesAreBounded() throws Exception {
    BatchingOptions few = BatchingOptions.DEFAULT.withMaxPixels(1000);
    try (ClipServer server = Servers.start(Servers.options().maxBody(100_000).maxInputs(3), few)) {
      Servers.Answer large = embeddings(server, "{\"input\":\"" + "a".repeat(3_000_000) + "\"}");
      assertThat(large.status()).isEqualTo(413);
      assertThat(message(large)).contains("more than 100000 bytes");
      String chunk = "a".repeat(60_000);
      String body = "{\"input\":\"" + chunk + chunk + "\"}";
      HttpRequest chunked =
          Servers.request(server, "/v1/embeddings")
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofInputStream(
                      () ->
                          new java.io.ByteArrayInputStream(
                              body.getBytes(StandardCharsets.US_ASCII))))
              .build();
      assertThat(Servers.send(chunked).status()).isEqualTo(413);
      assertThat(embeddings(server, "{\"input\":[\"a\",\"b\",\"c\",\"d\"]}").status())
          .isEqualTo(413);
      Servers.Answer pixels = embeddings(server, "{\"input\":\"" + png(40, 26) + "\"}");
      assertThat(pixels.status()).isEqualTo(400);
      assertThat(message(pixels)).contains("input[0] has 40 x 26 pixels, but the limit is 1000");
      assertThat(embeddings(server, "{\"input\":\"" + png(40, 25) + "\"}").status()).isEqualTo(200);
      assertThat(Servers.get(server, "/metrics").body())
          .contains("openclip_request_bytes_under_way 0\n");
    }
  }

  private static String png(int width, int height) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", bytes);
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  @Test
  void whatCannotBeTakenIsAnswered429AndNothingIsLost() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ModelOnDemand slow =
        ModelOnDemand.create(
            "slow",
            () -> {
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return OpenClip.load();
            },
            Duration.ZERO,
            BatchingOptions.DEFAULT.withMaxUnderWay(4));
    try (ClipServer server =
            ClipServer.start(Servers.options().build(), new ServedModels(List.of(slow)));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Servers.Answer> call = () -> embeddings(server, "{\"input\":[\"a\",\"b\",\"c\"]}");
      List<Future<Servers.Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        answers.add(threads.submit(call));
      }
      TimeUnit.MILLISECONDS.sleep(300);
      go.countDown();
      int taken = 0;
      for (Future<Servers.Answer> future : answers) {
        Servers.Answer answer = future.get();
        assertThat(answer.status()).as(answer.body()).isIn(200, 429);
        if (answer.status() == 429) {
          assertThat(answer.header("Retry-After")).isEqualTo("1");
        } else {
          taken++;
        }
      }
      assertThat(taken).isPositive();
      assertThat(embeddings(server, "{\"input\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}").status())
          .isEqualTo(429);
      assertThat(embeddings(server, TEXT).status()).isEqualTo(200);
    }
  }

  @Test
  void bytesOfAllRequestsAreBounded() throws Exception {
    ServerOptions.Builder options = Servers.options().maxBody(50_000).maxBodies(60_000);
    try (ClipServer server = Servers.start(options);
        Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String head =
          "POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 40000\r\n\r\n{";
      slow.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      slow.getOutputStream().flush();
      while (!Servers.get(server, "/metrics").body().contains("bytes_under_way 40000\n")) {
        TimeUnit.MILLISECONDS.sleep(10);
      }

      Servers.Answer answer = embeddings(server, "{\"input\":\"" + "a".repeat(30_000) + "\"}");

      assertThat(answer.status()).isEqualTo(429);
      assertThat(embeddings(server, TEXT).status()).isEqualTo(200);
    }
  }

  @Test
  void whoSendsTooSlowlyIsCutOff() throws Exception {
    try (ClipServer server = Servers.start(Servers.options().timeLimit(Duration.ofSeconds(1)))) {
      long begun = System.nanoTime();
      String answer =
          raw(
              server,
              "POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\n"
                  + "Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{");
      assertThat(System.nanoTime() - begun).isLessThan(15_000_000_000L);
      assertThat(answer).isEmpty();
      assertThat(embeddings(server, TEXT).status()).isEqualTo(200);
    }
  }

  @Test
  void picturesByUrlComeFromNamedHostsAlone() throws Exception {
    HttpServer host =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] cat = cat();
    host.createContext(
        "/cat.png",
        exchange -> {
          exchange.sendResponseHeaders(200, cat.length);
          exchange.getResponseBody().write(cat);
          exchange.close();
        });
    host.createContext(
        "/elsewhere",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    host.start();
    int port = host.getAddress().getPort();
    List<String> hosts = List.of("127.0.0.1:" + port, "localhost:" + port);
    try (ClipServer server = Servers.start(Servers.options().pictureHosts(hosts));
        ClipModel model = OpenClip.load()) {
      Servers.Answer allowed = url(server, "http://127.0.0.1:" + port + "/cat.png");
      assertThat(allowed.status()).as(allowed.body()).isEqualTo(200);
      assertThat(allowed.body()).contains(String.valueOf(model.embed(cat)[0]).substring(0, 6));

      assertThat(url(server, "http://127.0.0.1:" + port + "/gone.png").status()).isEqualTo(400);
      Servers.Answer moved = url(server, "http://127.0.0.1:" + port + "/elsewhere");
      assertThat(moved.status()).isEqualTo(400);
      assertThat(message(moved)).contains("its host responds with status 302");
      Servers.Answer inner = url(server, "http://localhost:" + port + "/cat.png");
      assertThat(inner.status()).isEqualTo(403);
      assertThat(message(inner)).contains("which resolves to an address of an internal network");
      for (String foreign :
          List.of(
              "http://127.0.0.1/cat.png",
              "http://127.0.0.1:22/",
              "http://169.254.169.254/latest/meta-data/",
              "http://[::1]:" + port + "/cat.png",
              "https://127.0.0.1:1/cat.png",
              "http://example.org/cat.png",
              "http://2130706433:" + port + "/cat.png")) {
        assertThat(url(server, foreign).status()).as(foreign).isEqualTo(403);
      }
      assertThat(url(server, "http://a@127.0.0.1:" + port + "/cat.png").status()).isEqualTo(400);
      assertThat(url(server, "file:///etc/passwd").status()).isEqualTo(400);
    } finally {
      host.stop(0);
    }
  }

  private static Servers.Answer url(ClipServer server, String url) throws Exception {
    return embeddings(server, "{\"modality\":\"image\",\"input\":\"" + url + "\"}");
  }

  @Test
  void modelsComeWhenTheyAreAskedForAndGoWhenIdle() throws Exception {
    Duration idle = Duration.ofMillis(300);
    List<ModelOnDemand> models =
        List.of(
            ModelOnDemand.create("one", OpenClip::load, idle, BatchingOptions.DEFAULT),
            ModelOnDemand.create("two", OpenClip::load, idle, BatchingOptions.DEFAULT));
    try (ClipServer server =
        ClipServer.start(Servers.options().build(), new ServedModels(models))) {
      assertThat(models.get(1).loaded()).isFalse();
      String two = "{\"input\":\"a cat\",\"model\":\"two\"}";
      Servers.Answer first = embeddings(server, two);
      assertThat(first.status()).isEqualTo(200);
      assertThat(models.get(0).loaded()).isFalse();
      assertThat(Servers.get(server, "/metrics").body())
          .contains("openclip_model_loaded{model=\"one\"} 0\n")
          .contains("openclip_inputs_total{model=\"two\",kind=\"text\"} 1\n");
      while (models.get(1).loaded()) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(embeddings(server, two).body()).isEqualTo(first.body());
    }
    assertThatThrownBy(
            () -> new ServedModels(Collections.nCopies(2, Servers.emoji(BatchingOptions.DEFAULT))))
        .hasMessageContaining("two models are served as emoji");
  }
}
