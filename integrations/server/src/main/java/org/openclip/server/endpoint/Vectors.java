package org.openclip.server.endpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.PictureSource;
import org.openclip.api.serving.BatchingEmbedder;
import org.openclip.server.http.Metrics;
import org.openclip.server.http.Problem;

/** Asks a model for all vectors of a request at once, and waits for them as long as it may. */
final class Vectors {
  private final Duration limit;
  private final Metrics metrics;

  Vectors(Duration limit, Metrics metrics) {
    this.limit = limit;
    this.metrics = metrics;
  }

  /**
   * Returns one vector for each input, in order.
   *
   * @param model the name by which it is counted
   * @throws Problem when they are not there in time
   */
  List<float[]> of(String model, BatchingEmbedder embedder, List<Input> inputs) {
    List<String> texts = new ArrayList<>();
    List<PictureSource> pictures = new ArrayList<>();
    for (Input input : inputs) {
      switch (input) {
        case Input.Words words -> texts.add(words.text());
        case Input.Picture picture -> pictures.add(picture.source());
      }
    }
    long end = System.nanoTime() + limit.toNanos();
    List<Future<float[]>> rows = embedder.submitAll(texts, pictures);
    List<float[]> all;
    try {
      all = await(rows, end);
    } finally {
      rows.forEach(row -> row.cancel(true));
    }
    metrics.embedded(model, "text", texts.size());
    metrics.embedded(model, "picture", pictures.size());
    List<float[]> ordered = new ArrayList<>();
    int text = 0;
    int picture = texts.size();
    for (Input input : inputs) {
      ordered.add(all.get(input instanceof Input.Words ? text++ : picture++));
    }
    return ordered;
  }

  private List<float[]> await(List<Future<float[]>> rows, long end) {
    List<float[]> all = new ArrayList<>();
    for (Future<float[]> row : rows) {
      try {
        all.add(row.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
      } catch (InterruptedException e) {
        throw InterruptedCallException.of("vectors were waited for", e);
      } catch (TimeoutException e) {
        throw Problem.later(
            503, "time_limit", "the time limit of %s was exceeded; try again".formatted(limit));
      } catch (ExecutionException e) {
        throw failure(e);
      }
    }
    return all;
  }

  private static RuntimeException failure(ExecutionException e) {
    if (e.getCause() instanceof RuntimeException failure) {
      return failure;
    }
    return new OpenClipException("a vector could not be computed: " + e.getCause(), e.getCause());
  }
}
