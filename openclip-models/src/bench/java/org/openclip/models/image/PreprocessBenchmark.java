package org.openclip.models.image;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openclip.api.image.Image;
import org.openclip.api.image.PreprocessConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A picture's way into a tower of 224 x 224 pixels, on one core. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PreprocessBenchmark {
  /** A golden picture. */
  @Param({"cat-large.jpg", "cat-small-420.jpg", "cat-small-progressive.jpg", "cat.png"})
  public String name = "";

  private final StandardPreprocessor preprocessor =
      new StandardPreprocessor(PreprocessConfig.DEFAULT);
  private final FloatBuffer numbers = FloatBuffer.allocate(3 * 224 * 224);
  private byte[] file = new byte[0];

  /** Reads the file. */
  @Setup
  public void read() throws IOException {
    file =
        Files.readAllBytes(
            Path.of(System.getProperty("openclip.golden"), "preprocess", "images", name));
  }

  /** The pixels of the file. */
  @Benchmark
  public Image decode() {
    return new ImageIoDecoder().decode(file, name);
  }

  /** All the way: decoded, resized, cropped, normalised. */
  @Benchmark
  public FloatBuffer preprocess() {
    preprocessor.preprocess(decode(), numbers.clear());
    return numbers;
  }
}
