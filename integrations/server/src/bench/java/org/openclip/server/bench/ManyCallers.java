package org.openclip.server.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.ClipModel;
import org.openclip.api.serving.BatchingEmbedder;
import org.openclip.api.serving.BatchingOptions;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.hub.OpenClip;
import org.openclip.server.ClipServer;
import org.openclip.server.settings.ServedModels;
import org.openclip.server.settings.ServerOptions;

/**
 * Times single calls of 64 threads, through {@link BatchingEmbedder} and through the server, beside
 * batches of 16 of one caller, alternating in one run: {@code ManyCallers PICTURE [ROUNDS [CALLS
 * [REQUESTS]]]}. The system property {@code openclip.model} names the model.
 */
public final class ManyCallers {
  private static final int THREADS = 64;
  private static final int BATCH = 16;

  private final ClipModel model;
  private final byte[] picture;
  private final String base64;

  private ManyCallers(ClipModel model, byte[] picture) {
    this.model = model;
    this.picture = picture;
    this.base64 = Base64.getEncoder().encodeToString(picture);
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    byte[] picture = Files.readAllBytes(Path.of(arguments[0]));
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    int calls = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1024;
    int requests = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 0;
    String name = System.getProperty("openclip.model", "");
    ModelOnDemand served =
        ModelOnDemand.create("model", () -> load(name), Duration.ZERO, BatchingOptions.DEFAULT);
    try (ClipModel model = load(name);
        BatchingEmbedder embedder = BatchingEmbedder.create(model);
        ClipServer server =
            ClipServer.start(
                ServerOptions.builder().port(0).build(), new ServedModels(List.of(served)))) {
      ManyCallers bench = new ManyCallers(model, picture);
      bench.alone(embedder);
      bench.compare(embedder, server, rounds, calls);
      if (requests > 0) {
        bench.memory(server, requests);
      }
    }
  }

  private static ClipModel load(String name) {
    return name.isEmpty() ? OpenClip.load() : OpenClip.load(name);
  }

  /** Who is alone: the median of single calls, through the model and through the embedder. */
  private void alone(BatchingEmbedder embedder) {
    List<Double> plain = new ArrayList<>();
    List<Double> joined = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String text = "text number " + i % 7;
      plain.add(millis(() -> model.embed(text)));
      joined.add(millis(() -> embedder.embed(text)));
    }
    System.out.printf(
        Locale.ROOT,
        "alone, a text: model %.2f ms, embedder %.2f ms (medians of 200)%n",
        median(plain),
        median(joined));
    plain.clear();
    joined.clear();
    for (int i = 0; i < 60; i++) {
      plain.add(millis(() -> model.embed(picture)));
      joined.add(millis(() -> embedder.embed(picture)));
    }
    System.out.printf(
        Locale.ROOT,
        "alone, a picture: model %.2f ms, embedder %.2f ms (medians of 60)%n",
        median(plain),
        median(joined));
  }

  private void compare(BatchingEmbedder embedder, ClipServer server, int rounds, int calls)
      throws Exception {
    List<Double> pictures = new ArrayList<>();
    List<Double> texts = new ArrayList<>();
    List<Double> mixed = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      double batches = seconds(() -> batches(calls));
      double many = seconds(() -> many(calls, i -> embedder.embed(picture)));
      double textBatches = seconds(() -> textBatches(calls));
      double manyTexts = seconds(() -> many(calls, i -> embedder.embed("text number " + i % 97)));
      List<Double> times = Collections.synchronizedList(new ArrayList<>());
      double through = seconds(() -> many(calls, i -> ask(server, i, times)));
      if (round == 0) {
        // The compiler has had its turn.
        continue;
      }
      pictures.add(batches / many);
      texts.add(textBatches / manyTexts);
      mixed.add((batches + textBatches) / 2 / through);
      times.sort(null);
      System.out.printf(
          Locale.ROOT,
          "round %s: batches %.0f/s, 64 threads %.0f/s; texts %.0f/s, %.0f/s; server %.0f/s, p50"
              + " %.0f ms, p99 %.0f ms%n",
          round,
          calls / batches,
          calls / many,
          calls / textBatches,
          calls / manyTexts,
          calls / through,
          times.get(times.size() / 2),
          times.get(times.size() * 99 / 100));
    }
    System.out.printf(
        Locale.ROOT,
        "medians of %s rounds: 64 threads / batches of %s: pictures %.2f, texts %.2f; server, mixed"
            + " %.2f%n",
        rounds,
        BATCH,
        median(pictures),
        median(texts),
        median(mixed));
  }

  /** The memory of the process while requests go on. */
  private void memory(ClipServer server, int requests) throws Exception {
    List<Double> times = Collections.synchronizedList(new ArrayList<>());
    for (int part = 0; part < 10; part++) {
      many(requests / 10, i -> ask(server, i, times));
      System.out.printf(
          Locale.ROOT, "%s requests: RSS %s MiB%n", (part + 1) * (requests / 10), rss());
    }
  }

  private static String rss() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      String line = lines.filter(l -> l.startsWith("VmRSS")).findFirst().orElse("VmRSS: 0 kB");
      return String.valueOf(Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024);
    }
  }

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private float[] ask(ClipServer server, int i, List<Double> times) throws Exception {
    String body =
        i % 2 == 0
            ? "{\"texts\":[\"text number " + i % 97 + "\"]}"
            : "{\"images\":[\"" + base64 + "\"]}";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/vectorize"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    long begun = System.nanoTime();
    HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    times.add((System.nanoTime() - begun) / 1e6);
    if (response.statusCode() != 200) {
      throw new IllegalStateException(response.statusCode() + " " + response.body());
    }
    return new float[0];
  }

  private boolean batches(int calls) {
    for (int done = 0; done < calls; done += BATCH) {
      model.encodeImages(
          Stream.generate(() -> PictureSource.bytes("a picture", picture)).limit(BATCH),
          batch -> {});
    }
    return true;
  }

  private boolean textBatches(int calls) {
    for (int done = 0; done < calls; done += BATCH) {
      List<String> texts = new ArrayList<>();
      for (int i = done; i < done + BATCH; i++) {
        texts.add("text number " + i % 97);
      }
      model.encodeTexts(texts);
    }
    return true;
  }

  /** What one call does. */
  private interface Call {
    float[] make(int number) throws Exception;
  }

  private static boolean many(int calls, Call call) throws Exception {
    AtomicInteger next = new AtomicInteger();
    Callable<Boolean> caller =
        () -> {
          for (int i = next.getAndIncrement(); i < calls; i = next.getAndIncrement()) {
            call.make(i);
          }
          return true;
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var future : threads.invokeAll(Collections.nCopies(THREADS, caller))) {
        future.get();
      }
    }
    return true;
  }

  private static double seconds(Callable<Boolean> work) throws Exception {
    long begun = System.nanoTime();
    work.call();
    return (System.nanoTime() - begun) / 1e9;
  }

  private static double millis(Runnable work) {
    long begun = System.nanoTime();
    work.run();
    return (System.nanoTime() - begun) / 1e6;
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
