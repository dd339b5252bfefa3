package org.openclip.server;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Callers that ask as long as somebody listens, and count what becomes of their requests. */
final class Load {
  final AtomicInteger answered = new AtomicInteger();
  final AtomicInteger refused = new AtomicInteger();
  final List<String> lost = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> threads = new ArrayList<>();

  /** Starts callers, each of which waits for its answer before it asks again. */
  static Load start(String base, int callers, String picture) {
    Load load = new Load();
    for (int i = 0; i < callers; i++) {
      String body =
          i % 2 == 0
              ? "{\"texts\":[\"text of caller " + i + "\"]}"
              : "{\"images\":[\"" + picture + "\"]}";
      load.threads.add(Thread.ofPlatform().daemon().start(() -> load.ask(base, body)));
    }
    return load;
  }

  private void ask(String base, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "/vectorize"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (true) {
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 200 && response.body().endsWith("]}")) {
          answered.incrementAndGet();
        } else {
          lost.add(response.statusCode() + " " + response.body());
        }
      }
    } catch (ConnectException | HttpConnectTimeoutException e) {
      refused.incrementAndGet();
    } catch (IOException e) {
      lost.add(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
