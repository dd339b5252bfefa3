package org.openclip.models.text;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openclip.api.text.Tokens;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * CLIP's tokenizer on one core: the 80,000 captions of ImageNet's zero-shot test, in random order.
 * The counter {@code tokens} is tokens per second, of texts alone: no start, end or padding.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TokenizerBenchmark {
  private static final int BATCH = 64;

  private final List<List<String>> batches = new ArrayList<>();
  private final ClipTokenizer tokenizer = tokenizer();
  private int next;

  /** What one invocation did. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counted {
    /** Tokens of the texts. */
    public long tokens;
  }

  private static ClipTokenizer tokenizer() {
    return new ClipTokenizer(
        List.of("<start_of_text>", "<end_of_text>"),
        77,
        Cleaning.LOWER,
        Reduction.NONE,
        null,
        new Random());
  }

  /** Makes the captions. */
  @Setup
  public void captions() throws IOException {
    Map<String, Object> reference =
        JSON.std.mapFrom(
            Files.readString(
                Path.of(System.getProperty("openclip.reference"), "imagenet-zero-shot.json")));
    List<String> captions = new ArrayList<>();
    for (Object template : (List<?>) reference.get("templates")) {
      for (Object name : (List<?>) reference.get("classnames")) {
        captions.add(template.toString().replace("{}", name.toString()));
      }
    }
    Collections.shuffle(captions, new Random(1));
    for (int i = 0; i + BATCH <= captions.size(); i += BATCH) {
      batches.add(captions.subList(i, i + BATCH));
    }
  }

  private List<String> batch() {
    next = (next + 1) % batches.size();
    return batches.get(next);
  }

  /** Bare ids. */
  @Benchmark
  public int encode(Counted counted) {
    int count = 0;
    for (String caption : batch()) {
      count += tokenizer.encode(caption).length;
    }
    counted.tokens += count;
    return count;
  }

  /** Rows of 77, as they enter a tower. */
  @Benchmark
  public Tokens tokenize(Counted counted) {
    Tokens rows = tokenizer.tokenize(batch());
    for (int row = 0; row < BATCH; row++) {
      for (int i = 1; i < 76 && rows.id(row, i) != tokenizer.endId(); i++) {
        counted.tokens++;
      }
    }
    return rows;
  }

  /** A tokenizer that has seen no word before, on one batch. */
  @Benchmark
  public int firstBatch(Counted counted) {
    ClipTokenizer fresh = tokenizer();
    int count = 0;
    for (String caption : batch()) {
      count += fresh.encode(caption).length;
    }
    counted.tokens += count;
    return count;
  }
}
