package org.openclip.spring.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.DrawnPictures;

/** The program as it is shipped: one jar with jars in it, in a process of its own, over HTTP. */
class ExecutableJarTest {
  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private Process process;
  private Path log;
  private Map<String, Path> pictures;
  private URI base;

  @BeforeEach
  void start() throws Exception {
    pictures = DrawnPictures.files(folder);
    log = folder.resolve("log");
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                System.getProperty("openclip.sample.jar"),
                "--server.port=0",
                "--pictures=" + folder)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    base = URI.create("http://localhost:" + port() + "/");
  }

  @AfterEach
  void kill() {
    process.destroyForcibly();
  }

  private String port() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (System.nanoTime() < end && process.isAlive()) {
      Matcher line = PORT.matcher(Files.readString(log));
      if (line.find()) {
        return line.group(1);
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the program did not start:\n" + Files.readString(log));
  }

  @Test
  void answersOverHttpAndEndsWithoutALostRequest() throws Exception {
    for (String name : pictures.keySet()) {
      assertThat(get("search?text=" + encoded(name)).body())
          .as("found by '%s'", name)
          .startsWith("[{\"picture\":\"" + pictures.get(name).getFileName() + "\"");
    }

    try (ClipModel model = OpenClip.load()) {
      Path heart = pictures.get("red heart");
      assertThat(numbers(get("embed?text=" + encoded("red heart")).body()))
          .containsExactly(
              model.encodeTexts(List.of("red heart")).normalised().row(0), within(1e-5f));
      assertThat(numbers(post("embed", Files.readAllBytes(heart)).body()))
          .containsExactly(model.encodeImages(List.of(heart)).normalised().row(0), within(1e-5f));
    }

    HttpResponse<String> bad = post("embed", "no picture".getBytes(StandardCharsets.UTF_8));
    assertThat(bad.statusCode()).isEqualTo(400);
    assertThat(bad.body()).contains("is not in a supported picture format");

    assertThat(get("actuator/health").body())
        .contains("\"openclip\":{")
        .contains("\"model\":\"emoji-RN\"")
        .contains("\"status\":\"UP\"");
    assertThat(get("actuator/metrics/openclip.encoded?tag=kind:picture").body())
        .contains("\"value\":" + (pictures.size() + 1) + ".0");
    assertThat(get("actuator/metrics/gen_ai.client.operation").body()).contains("emoji-RN");

    endUnderLoad();
  }

  /** Each request gets a whole answer, a 503, or no connection; none is cut. */
  private void endUnderLoad() throws Exception {
    byte[] heart = Files.readAllBytes(pictures.get("red heart"));
    AtomicInteger answered = new AtomicInteger();
    Map<String, Integer> others = new ConcurrentHashMap<>();
    List<Future<?>> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        clients.add(
            threads.submit(
                () -> {
                  while (process.isAlive()) {
                    try {
                      HttpResponse<String> response = post("embed", heart);
                      if (response.statusCode() == 200) {
                        assertThat(numbers(response.body())).hasSize(192);
                        answered.incrementAndGet();
                      } else {
                        String status = "status " + response.statusCode();
                        others.merge(
                            response.statusCode() == 503 ? status : status + " " + response.body(),
                            1,
                            Integer::sum);
                      }
                    } catch (java.net.ConnectException e) {
                      return null;
                    } catch (IOException e) {
                      others.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
                    }
                  }
                  return null;
                }));
      }
      while (answered.get() < 40) {
        Thread.sleep(10);
      }
      process.destroy();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      for (Future<?> result : clients) {
        result.get();
      }
    }
    // Connections that wait to be accepted, or idle ones that a client just writes to, are closed
    // before a byte of an answer; that no request was being handled then, the program's log says.
    others
        .keySet()
        .removeIf(
            problem ->
                problem.contains("header parser received no bytes") || problem.contains("reset"));
    assertThat(others.keySet()).isSubsetOf("status 503");
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(Files.readString(log))
        .contains("Graceful shutdown complete")
        .doesNotContain("SIGSEGV")
        .doesNotContain("A fatal error");
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "image/png")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static float[] numbers(String json) {
    assertThat(json).startsWith("[").endsWith("]");
    double[] numbers =
        Arrays.stream(json.substring(1, json.length() - 1).split(",", -1))
            .mapToDouble(Double::parseDouble)
            .toArray();
    float[] result = new float[numbers.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) numbers[i];
    }
    return result;
  }
}
