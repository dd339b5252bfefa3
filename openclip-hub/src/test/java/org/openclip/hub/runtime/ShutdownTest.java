package org.openclip.hub.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.ShutdownException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.JavaProcess;

/** How models answer while the JVM ends, in processes of their own. */
class ShutdownTest {
  @TempDir Path folder;

  private JavaProcess java() {
    return new JavaProcess(folder).options("--enable-native-access=ALL-UNNAMED");
  }

  private String model() {
    Path model = folder.resolve("model");
    TinyModels.write(model);
    return model.toString();
  }

  @Test
  void whatBeganBeforeASignalIsFinishedAndWhatComesLaterIsTold() throws Exception {
    JavaProcess java = java();
    Process process = java.start(Serving.class, "wait", model());
    while (process.isAlive() && !Files.readString(folder.resolve("out")).contains("serving")) {
      TimeUnit.MILLISECONDS.sleep(20);
    }

    process.destroy();

    assertThatAllIsFinished(java.end(process), 143);
  }

  @Test
  void whatBeganBeforeAnExitIsFinished() throws Exception {
    assertThatAllIsFinished(java().run(Serving.class, "exit", model()), 7);
  }

  @Test
  void aHookOfTheApplicationIsToldAndMayCloseTheModel() throws Exception {
    JavaProcess.Run run = java().run(Serving.class, "hook", model());

    assertThatAllIsFinished(run, 7);
    assertThat(run.out()).contains("model accepts no more calls because the JVM");
    assertThat(run.out()).contains("closed");
  }

  @Test
  void anExitFromWithinACallDoesNotWaitForItself() throws Exception {
    JavaProcess.Run run = java().run(Exiting.class);

    assertThat(run.code()).as(run.err()).isEqualTo(3);
    assertThat(run.err()).isEmpty();
  }

  private static void assertThatAllIsFinished(JavaProcess.Run run, int code) {
    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(code);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("unfinished 0")
        .contains("refused 3")
        .doesNotContain("failed")
        .doesNotContain("answered 0");
  }

  /** A server of three threads that answers requests until it is told that the JVM ends. */
  static final class Serving {
    private Serving() {}

    public static void main(String[] arguments) throws Exception {
      // Calls of many batches are in the midst when the JVM begins to end.
      ClipModel model = OpenClip.model("local-dir:" + arguments[1]).batchSize(1).load();
      List<String> texts = IntStream.range(0, 60).mapToObj("cat "::repeat).toList();
      AtomicInteger unfinished = new AtomicInteger();
      AtomicInteger answered = new AtomicInteger();
      AtomicInteger refused = new AtomicInteger();
      Runnable requests =
          () -> {
            while (true) {
              unfinished.incrementAndGet();
              try {
                model.encodeTexts(texts);
                answered.incrementAndGet();
              } catch (ShutdownException e) {
                refused.incrementAndGet();
                if (e.getCause() != null) {
                  System.out.println("failed in the midst: " + e.getCause());
                }
                return;
              } catch (RuntimeException e) {
                System.out.println("failed: " + e);
              } finally {
                unfinished.decrementAndGet();
              }
            }
          };
      List<Thread> threads =
          List.of(new Thread(requests), new Thread(requests), new Thread(requests));
      threads.forEach(thread -> thread.setDaemon(true));
      threads.forEach(Thread::start);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(arguments[0], model, threads)));
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    join(threads);
                    System.out.println(
                        "answered "
                            + answered
                            + ", unfinished "
                            + unfinished
                            + ", refused "
                            + refused);
                  }));
      while (answered.get() < 1) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      System.out.println("serving");
      if (arguments[0].equals("wait")) {
        TimeUnit.MINUTES.sleep(1);
      }
      System.exit(7);
    }

    private static void join(List<Thread> threads) {
      for (Thread thread : threads) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }

    private static void stop(String how, ClipModel model, List<Thread> threads) {
      if (how.equals("hook")) {
        try {
          model.encodeTexts(List.of("a cat"));
        } catch (ShutdownException e) {
          System.out.println("hook: " + e.getMessage());
        }
      }
      join(threads);
      model.close();
      System.out.println("closed");
    }
  }

  /** A program that ends in the midst of a call. */
  static final class Exiting {
    private Exiting() {}

    public static void main(String[] arguments) {
      OpenGate gate = new OpenGate("model");
      gate.pass(
          () -> {
            System.exit(3);
            return "";
          });
    }
  }
}
