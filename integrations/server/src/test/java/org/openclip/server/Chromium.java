package org.openclip.server;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openclip.hub.io.JsonObjects;

/** A browser without a window, of the system's Chromium, that tests steer. */
final class Chromium implements AutoCloseable {
  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private int calls;

  /** Returns where Chromium is on this machine; empty where it is not. */
  static Optional<Path> find() {
    return List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).stream()
        .map(folder -> Path.of(folder, "chromium"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  Chromium(Path program, Path folder, String url) throws IOException, InterruptedException {
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder,
                url)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    Path file = folder.resolve("DevToolsActivePort");
    while (process.isAlive() && !(Files.exists(file) && Files.readString(file).contains("\n"))) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    String port = Files.readAllLines(file).get(0);
    socket =
        client
            .newWebSocketBuilder()
            .buildAsync(
                URI.create(page("http://127.0.0.1:" + port + "/json/list")), new Listening())
            .join();
  }

  /** Returns the address under which the page is steered. */
  private String page(String list) throws IOException, InterruptedException {
    Pattern address = Pattern.compile("\"webSocketDebuggerUrl\": \"(ws://[^\"]*/page/[^\"]*)\"");
    while (process.isAlive()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(list)).build();
      Matcher matcher =
          address.matcher(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
      if (matcher.find()) {
        return matcher.group(1);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IOException("Chromium has ended");
  }

  private final class Listening implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        messages.add(text.toString());
        text.setLength(0);
      }
      return WebSocket.Listener.super.onText(from, data, last);
    }
  }

  private Map<String, Object> call(String method, Map<String, Object> parameters)
      throws InterruptedException {
    int id = ++calls;
    socket
        .sendText(
            JsonObjects.writeCompact(Map.of("id", id, "method", method, "params", parameters)),
            true)
        .join();
    while (true) {
      String message = messages.poll(60, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("Chromium does not answer " + method);
      }
      byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
      Map<String, Object> answer = JsonObjects.parse("Chromium", 0, bytes);
      if (Integer.valueOf(id).equals(answer.get("id"))) {
        return answer;
      }
    }
  }

  /** Returns the value of an expression of JavaScript in the page. */
  Object evaluate(String expression) throws InterruptedException {
    Map<String, Object> answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    Map<?, ?> result = (Map<?, ?>) ((Map<?, ?>) answer.get("result")).get("result");
    return result == null ? answer : result.get("value");
  }

  /** Waits until an expression is true. */
  void await(String expression) throws InterruptedException {
    for (int i = 0; i < 600; i++) {
      if (Boolean.TRUE.equals(evaluate(expression))) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError(
        "never true: " + expression + "; " + evaluate("document.body.innerText"));
  }

  /** Presses a key. */
  void press(String key, String text) throws InterruptedException {
    call("Input.dispatchKeyEvent", Map.of("type", "keyDown", "key", key, "text", text));
    call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
  }

  /** Makes the page as wide as a telephone. */
  void narrow(int width) throws InterruptedException {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", true));
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
    // Its own processes write into the folder, too, for as long as they live.
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().orTimeout(20, TimeUnit.SECONDS).join());
  }
}
