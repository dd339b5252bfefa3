package org.openclip.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.io.JsonObjects;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.facts.Quantization;
import org.openclip.search.query.Hit;
import org.openclip.search.query.SearchRequest;

/**
 * An index of a million vectors of 512 numbers: its size, and how well and how fast it is searched
 * while it grows by 200 pictures a second. {@code openclip.vectors} takes another number, {@code
 * openclip.vectors.index} a folder to keep it in. The heap's bound is the JVM's: 2 GB are enough.
 */
@Tag("full")
@Tag("once")
class MillionVectorsTest {
  private static final int VECTORS = Integer.getInteger("openclip.vectors", 1_000_000);
  private static final int DIMENSIONS = 512;
  private static final int CENTRES = Math.max(1, VECTORS / 100);
  private static final int QUERIES = 200;
  private static final int TOP = 10;
  private static final int ADDED_A_SECOND = 200;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @TempDir Path temporary;

  private final Map<String, Object> told = new LinkedHashMap<>();

  @Test
  void isFoundWellAndFast() throws Exception {
    String kept = System.getProperty("openclip.vectors.index");
    Path folder = kept == null ? temporary.resolve("index") : Path.of(kept);
    RandomVectors vectors = new RandomVectors(3, DIMENSIONS, CENTRES);
    IndexFacts facts = RandomVectors.facts(DIMENSIONS, Quantization.INT8);
    long start = System.nanoTime();
    long before = processorNanos();
    try (PictureIndexWriter writer = PictureIndexWriter.open(folder, facts)) {
      for (int i = (int) writer.size(); i < VECTORS; i++) {
        writer.put(IndexedPicture.at("/pictures/" + i + ".jpg"), vectors.next());
        if (i % 100_000 == 99_999) {
          writer.commit();
          System.err.println(i + 1 + " after " + seconds(start) + " s");
        }
      }
      writer.finish();
    }
    told.put("vectors", VECTORS);
    told.put("build_s", seconds(start));
    told.put("build_processor_s", (processorNanos() - before) / 1e9);
    told.put("heap_bound_mib", Runtime.getRuntime().maxMemory() >> 20);
    double beside = (size(folder, "") - size(folder, ".vec")) / 1e9;
    told.put("whole_vectors_gb", size(folder, ".vec") / 1e9);
    told.put("beside_them_gb", beside);
    search(folder, facts, vectors);
    System.err.println(JsonObjects.write(told));

    assertThat(beside).isLessThan(1.2 * VECTORS / 1e6);
    assertThat((double) told.get("recall_at_10")).isGreaterThan(0.95);
  }

  private void search(Path folder, IndexFacts facts, RandomVectors vectors) throws Exception {
    List<SearchRequest> requests = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      requests.add(SearchRequest.of(vectors.next(), TOP));
    }
    try (PictureIndex index = PictureIndex.open(folder)) {
      long found = 0;
      long start = System.nanoTime();
      for (SearchRequest request : requests.subList(0, QUERIES / 4)) {
        List<Hit> near = index.search(request);
        found += index.search(request.exactly()).stream().filter(near::contains).count();
      }
      told.put("recall_at_10", found / (double) (QUERIES / 4 * TOP));
      told.put("exact_and_near_s", seconds(start) / (QUERIES / 4));
      requests.forEach(index::search);
      told.put("alone_ms", percentiles(index, requests));
    }
    AtomicBoolean stop = new AtomicBoolean();
    try (PictureIndexWriter writer = PictureIndexWriter.open(folder, facts);
        PictureIndex index = PictureIndex.open(folder)) {
      Thread adding = Thread.ofPlatform().start(() -> add(writer, index, vectors, stop));
      Thread.sleep(Duration.ofSeconds(3));
      told.put("while_adding_ms", percentiles(index, requests));
      stop.set(true);
      adding.join();
      writer.finish();
    }
  }

  private static void add(
      PictureIndexWriter writer, PictureIndex index, RandomVectors vectors, AtomicBoolean stop) {
    long start = System.nanoTime();
    for (int i = 0; !stop.get(); i++) {
      writer.put(IndexedPicture.at("/added/" + i + ".jpg"), vectors.next());
      if (i % ADDED_A_SECOND == 0) {
        writer.commit();
        index.refresh();
      }
      long due = start + Duration.ofSeconds(1).toNanos() / ADDED_A_SECOND * i;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
    }
  }

  private static Map<String, Double> percentiles(PictureIndex index, List<SearchRequest> requests) {
    long[] nanos = new long[5 * requests.size()];
    long[] processor = new long[nanos.length];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      long before = THREADS.getCurrentThreadCpuTime();
      index.search(requests.get(i % requests.size()));
      processor[i] = THREADS.getCurrentThreadCpuTime() - before;
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    Arrays.sort(processor);
    return Map.of(
        "p50", nanos[nanos.length / 2] / 1e6,
        "p95", nanos[nanos.length * 95 / 100] / 1e6,
        "processor_p50", processor[nanos.length / 2] / 1e6,
        "processor_p95", processor[nanos.length * 95 / 100] / 1e6);
  }

  private static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static long size(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.toString().endsWith(ending))
          .mapToLong(f -> f.toFile().length())
          .sum();
    }
  }
}
