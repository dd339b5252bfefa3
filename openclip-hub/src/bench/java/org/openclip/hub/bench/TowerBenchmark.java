package org.openclip.hub.bench;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One batch through one tower of ViT-B/32. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TowerBenchmark {
  static final String OPENCLIP = "openclip";
  static final String PYTORCH = "pytorch";

  /** Who runs it. */
  @Param({OPENCLIP, PYTORCH})
  public String side = OPENCLIP;

  /** How many pictures or captions. */
  @Param({"1", "16"})
  public int batch = 1;

  private Towers towers = new Nothing();

  /** Loads the model of one side. */
  @Setup(Level.Trial)
  public void open() {
    int threads = Integer.getInteger("openclip.threads", 2);
    towers =
        side.equals(OPENCLIP)
            ? new OpenClipTowers(Path.of(System.getProperty("openclip.folder")), batch, threads)
            : new PyTorchTowers(Path.of(System.getProperty("openclip.peer")), batch);
  }

  /** Closes it. */
  @TearDown(Level.Trial)
  public void close() {
    towers.close();
  }

  /** Runs the image tower. */
  @Benchmark
  public Object images() {
    return towers.images();
  }

  /** Runs the text tower. */
  @Benchmark
  public Object captions() {
    return towers.captions();
  }

  /** What is there before a model is loaded. */
  private static final class Nothing implements Towers {
    @Override
    public Object images() {
      throw new IllegalStateException();
    }

    @Override
    public Object captions() {
      throw new IllegalStateException();
    }

    @Override
    public void close() {}
  }
}
