package org.openclip.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.openclip.api.serving.BatchingOptions;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.hub.OpenClip;
import org.openclip.hub.io.JsonObjects;
import org.openclip.server.settings.ServedModels;
import org.openclip.server.settings.ServerOptions;

/** Servers for tests, of the model that comes with the jars, and calls to them. */
final class Servers {
  static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Servers() {}

  static ServerOptions.Builder options() {
    return ServerOptions.builder().port(0);
  }

  static ModelOnDemand emoji(BatchingOptions batching) {
    return ModelOnDemand.create("emoji", OpenClip::load, Duration.ZERO, batching);
  }

  static ClipServer start(ServerOptions.Builder options) {
    return start(options, BatchingOptions.DEFAULT);
  }

  static ClipServer start(ServerOptions.Builder options, BatchingOptions batching) {
    return ClipServer.start(options.build(), new ServedModels(List.of(emoji(batching))));
  }

  static URI uri(ClipServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  /** An answer whose body is text. */
  record Answer(int status, String body, HttpResponse<String> response) {
    Map<String, Object> json() {
      return JsonObjects.parse("the answer", 0, body.getBytes(StandardCharsets.UTF_8));
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  static Answer send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body(), response);
  }

  static HttpRequest.Builder request(ClipServer server, String path) {
    return HttpRequest.newBuilder(uri(server, path)).timeout(Duration.ofSeconds(60));
  }

  static Answer get(ClipServer server, String path) throws IOException, InterruptedException {
    return send(request(server, path).build());
  }

  static Answer post(ClipServer server, String path, String json)
      throws IOException, InterruptedException {
    return send(
        request(server, path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }
}
