package org.openclip.hub;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.openclip.api.model.ClipModel;
import org.openclip.testkit.ProcessMemory;

/** A program that opens a model, uses it from eight threads, and tells what that took. */
final class FullSizeProbe {
  private static final List<String> TEXTS = List.of("a diagram", "a dog", "a cat");
  private static final int THREADS = 8;

  private static volatile long peak;

  private FullSizeProbe() {}

  /**
   * Prints {@code opened WALL_MS CPU_MS}, {@code same BOOLEAN} and {@code anonymous PEAK_KB}.
   *
   * @param arguments a model folder and a picture
   */
  public static void main(String[] arguments) throws Exception {
    Thread.ofPlatform().daemon().start(FullSizeProbe::watch);
    Path picture = Path.of(arguments[1]);
    long start = System.nanoTime();
    long cpu = cpuMillis();
    try (ClipModel model = OpenClip.load("local-dir:" + arguments[0])) {
      long wall = (System.nanoTime() - start) / 1_000_000;
      print("opened " + wall + " " + (cpuMillis() - cpu));
      float[] image = model.encodeImages(List.of(picture)).row(0);
      float[] text = model.encodeTexts(TEXTS).row(2);
      print(
          "same "
              + everywhere(
                  () ->
                      Arrays.equals(model.encodeImages(List.of(picture)).row(0), image)
                          && Arrays.equals(model.encodeTexts(TEXTS).row(2), text)));
    }
    print("anonymous " + peak);
  }

  private static boolean everywhere(Callable<Boolean> work)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Callable<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      all.add(work);
    }
    boolean same = true;
    for (Future<Boolean> result : threads.invokeAll(all)) {
      same &= result.get();
    }
    threads.shutdown();
    return same;
  }

  @SuppressWarnings("SystemOut") // a program of its own, whose output the test reads
  private static void print(String line) {
    System.out.println(line);
  }

  private static long cpuMillis() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime()
        / 1_000_000;
  }

  /** Keeps the largest size of the anonymous memory: mapped files do not count. */
  private static void watch() {
    try {
      while (true) {
        peak = Math.max(peak, ProcessMemory.bytes("RssAnon") / 1024);
        Thread.sleep(3);
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
