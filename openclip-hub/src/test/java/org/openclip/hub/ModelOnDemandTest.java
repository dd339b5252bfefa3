package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.ClosedException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.serving.BatchingOptions;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.hub.testkit.TinyModels;

/** A model that comes and goes. */
@Tag("once")
@Timeout(60)
class ModelOnDemandTest {
  @TempDir Path folder;

  private final List<ClipModel> loaded = Collections.synchronizedList(new ArrayList<>());
  private String name;

  @BeforeEach
  void write() {
    name = TinyModels.write(folder.resolve("tiny"));
  }

  private ClipModel load() {
    ClipModel model = OpenClip.load(name);
    loaded.add(model);
    return model;
  }

  private static ModelOnDemand onDemand(Supplier<ClipModel> loader, Duration idle) {
    return ModelOnDemand.create("tiny", loader, idle, BatchingOptions.DEFAULT);
  }

  private static float[] embed(ModelOnDemand model, String text) {
    try (ModelOnDemand.Use use = model.use()) {
      return use.embedder().embed(text);
    }
  }

  @Test
  void aModelIsLoadedOnceForAllUnloadedWhenIdleAndLoadedAgain() throws Exception {
    try (ModelOnDemand model = onDemand(this::load, Duration.ofMillis(100));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(model.loaded()).isFalse();
      Callable<float[]> call = () -> embed(model, "a cat");
      List<Future<float[]>> rows = threads.invokeAll(Collections.nCopies(20, call));
      float[] first = rows.get(0).get();
      assertThat(loaded).hasSize(1);
      assertThat(model.underWay()).isZero();

      while (model.loaded()) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      assertThatThrownBy(() -> loaded.get(0).embed("a cat")).isInstanceOf(ClosedException.class);

      assertThat(embed(model, "a cat")).containsExactly(first);
      assertThat(loaded).hasSize(2);
    }
    assertThatThrownBy(() -> loaded.get(1).embed("a cat")).isInstanceOf(ClosedException.class);
  }

  @Test
  void whoUsesItKeepsIt() throws Exception {
    try (ModelOnDemand model = onDemand(this::load, Duration.ofMillis(50))) {
      try (ModelOnDemand.Use use = model.use()) {
        TimeUnit.MILLISECONDS.sleep(200);
        assertThat(model.loaded()).isTrue();
        assertThat(use.model().embed("a cat")).hasSize(16);
      }
    }
    assertThat(loaded).hasSize(1);
  }

  @Test
  void aLoadThatFailsFailsForWhoWaitedAndTheNextTriesAgain() {
    int[] calls = {0};
    try (ModelOnDemand model =
        onDemand(
            () -> {
              if (calls[0]++ == 0) {
                throw new OpenClipException("the disk is on fire");
              }
              return load();
            },
            Duration.ZERO)) {
      assertThatThrownBy(model::use).hasMessage("the disk is on fire");
      assertThat(model.loaded()).isFalse();
      assertThat(embed(model, "a cat")).hasSize(16);
    }
  }

  @Test
  void anInterruptEndsTheWaitAndTheLoadGoesOn() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (ModelOnDemand model =
        onDemand(
            () -> {
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return load();
            },
            Duration.ZERO)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(model::use).isInstanceOf(InterruptedCallException.class);
      assertThat(Thread.interrupted()).isTrue();
      go.countDown();
      assertThat(embed(model, "a cat")).hasSize(16);
      assertThat(loaded).hasSize(1);
    }
  }

  @Test
  void aClosedOneTakesNoUserAndClosesTwice() {
    ModelOnDemand model = onDemand(this::load, Duration.ZERO);
    embed(model, "a cat");
    model.close();
    model.close();

    assertThatThrownBy(model::use)
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("model tiny is closed");
    assertThatThrownBy(() -> loaded.get(0).embed("a cat")).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> onDemand(this::load, Duration.ofSeconds(-1)))
        .hasMessageContaining("is PT-1S");
  }
}
