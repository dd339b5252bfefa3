package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.http.Checksum;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.ProcessLock;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.PretrainedTags;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** An interrupt ends a call with one exception of its own, and the thread stays interrupted. */
class InterruptTest {
  @TempDir static Path folder;

  private static String name = "";

  @BeforeAll
  static void writeModel() {
    name = TinyModels.write(folder.resolve("model"));
  }

  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  /** Makes a call in a thread that is interrupted already. */
  private static void refused(ThrowingCallable call) {
    Thread.currentThread().interrupt();
    Throwable thrown = catchThrowable(call);
    boolean kept = Thread.interrupted();

    assertThat(thrown)
        .isInstanceOf(InterruptedCallException.class)
        .hasMessageStartingWith("interrupted while ");
    assertThat(kept).isTrue();
  }

  @Test
  void loadingEndsAndAGoodFileStaysGood() {
    for (String model : List.of(name, PretrainedTags.embedded(plugins()))) {
      refused(() -> OpenClip.load(model).close());
      try (ClipModel loaded = OpenClip.load(model)) {
        assertThat(loaded.encodeTexts(List.of("a cat")).size()).isEqualTo(1);
      }
    }
  }

  private static PluginRegistry plugins() {
    return PluginRegistry.create();
  }

  @Test
  void aCheckpointIsNotCalledUnreadable() {
    Path file = folder.resolve("model").resolve(ModelFolder.CHECKPOINT);

    refused(() -> Checkpoints.open(file, plugins()).close());
  }

  @Test
  void everyWayToEncodeEnds() {
    Image picture = Image.rgb(2, 2, new byte[12]);
    Path cat = Fixtures.path("preprocess/images/cat.png");
    try (ClipModel model = OpenClip.load(name)) {
      Embeddings before = model.encodeTexts(List.of("a cat"));

      refused(() -> model.encodeImages(List.of(cat)));
      refused(() -> model.encodeImages(Collections.nCopies(80, cat)));
      refused(() -> model.encodePictures(List.of(picture, picture)));
      refused(() -> model.encodeTexts(List.of("a cat")));
      refused(() -> model.encodePixels(Tensor.of(new float[3 * 32 * 32], 1, 3, 32, 32)));
      refused(() -> model.encodeTokens(model.tokenizer().tokenize(List.of("a cat"))));

      assertThat(model.encodeTexts(List.of("a cat")).toArray()).isEqualTo(before.toArray());
      Thread.currentThread().interrupt();
    }
    assertThat(Thread.interrupted()).as("closing leaves the interrupt").isTrue();
  }

  @Test
  void textsEndBetweenTwoBatches() throws Exception {
    try (ClipModel model = OpenClip.model(name).batchSize(1).threads(1).load()) {
      assertThat(interrupted(() -> model.encodeTexts(Collections.nCopies(20_000, "a cat"))))
          .isInstanceOf(InterruptedCallException.class)
          .hasMessage("interrupted while texts were encoded");
    }
  }

  @Test
  void picturesEndBetweenTwoBatches() throws Exception {
    Image picture = Image.rgb(2, 2, new byte[12]);
    try (ClipModel model = OpenClip.model(name).batchSize(2).threads(1).load()) {
      assertThat(interrupted(() -> model.encodePictures(Collections.nCopies(20_000, picture))))
          .isInstanceOf(InterruptedCallException.class);
    }
  }

  @Test
  void aWaitForALockEnds() throws Exception {
    Path lock = folder.resolve("x.lock");
    try (ProcessLock held = ProcessLock.take(lock)) {
      assertThat(held.exclusive()).isTrue();
      assertThat(interrupted(() -> ProcessLock.take(lock)))
          .isInstanceOf(InterruptedCallException.class)
          .hasMessageContaining("waiting for " + lock);
    }
    refused(() -> ProcessLock.take(lock));
    ProcessLock.take(lock).close();
  }

  @Test
  void whatIsWrittenLeavesNothing() throws Exception {
    Path file = folder.resolve("written/x");

    refused(() -> AtomicFile.write(file, (FileChannel channel) -> {}));

    assertThat(file.getParent()).isEmptyDirectory();
    AtomicFile.write(file, (FileChannel channel) -> {});
    assertThat(Checksum.sha256(file)).startsWith("e3b0c442");
  }

  @Test
  void savingAndExportingEnd() {
    refused(() -> OpenClip.model(name).save(folder.resolve("saved")));
    refused(() -> OpenClip.model(name).export(folder.resolve("exported")));
  }

  /** Returns what a call throws that is interrupted while it runs, and checks the flag. */
  private static Throwable interrupted(ThrowingCallable call) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              begun.countDown();
              try {
                call.call();
              } catch (RuntimeException e) {
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                throw e;
              } catch (Throwable e) {
                throw new AssertionError(e);
              }
              return true;
            });
    Thread thread = Thread.ofPlatform().start(task);
    begun.await();
    Thread.sleep(100);
    thread.interrupt();
    thread.join();
    try {
      task.get();
      throw new AssertionError("the call was not interrupted");
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
