package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.BusyException;
import org.openclip.api.ClosedException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.PreparedPicture;
import org.openclip.api.serving.BatchingEmbedder;
import org.openclip.api.serving.BatchingOptions;
import org.openclip.api.text.Tokens;
import org.openclip.hub.testkit.TinyModels;

/** Many threads that ask one model for single vectors. */
@Tag("once")
@Timeout(60)
class BatchingEmbedderTest {
  /** A batch sums in another order than a single call. */
  private static final float CLOSE = 2e-6f;

  @TempDir Path folder;

  private ClipModel model;

  @BeforeEach
  void load() throws IOException {
    model =
        OpenClip.model(TinyModels.write(folder.resolve("tiny")))
            .plugins(CountingDecoder.plugins(folder.resolve("plugin")))
            .threads(2)
            .load();
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static byte[] picture(int brightness) {
    return ("count " + brightness).getBytes(StandardCharsets.UTF_8);
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(CLOSE));
    }
  }

  /** A picture that is not read before it is let go. */
  private static PictureSource held(CountDownLatch begun, CountDownLatch go) {
    return PictureSource.opening(
        "held",
        () -> {
          begun.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          return new ByteArrayInputStream(picture(9));
        });
  }

  @Test
  void vectorsOfManyThreadsAreThoseOfSingleCallsAndBrokenPicturesFailAlone() throws Exception {
    List<float[]> expected = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      expected.add(i % 2 == 0 ? model.embed("text number " + i) : model.embed(picture(5 * i)));
    }
    try (BatchingEmbedder embedder = BatchingEmbedder.create(model);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<float[]>> calls = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        int k = i % 40;
        if (i % 50 == 7) {
          calls.add(() -> embedder.embed(PictureSource.bytes("number " + k, picture(999))));
        } else if (k % 2 == 0) {
          calls.add(() -> embedder.embed("text number " + k));
        } else {
          calls.add(() -> embedder.embed(picture(5 * k)));
        }
      }

      List<Future<float[]>> rows = threads.invokeAll(calls);

      for (int i = 0; i < rows.size(); i++) {
        Future<float[]> row = rows.get(i);
        if (i % 50 == 7) {
          assertThatThrownBy(row::get)
              .hasCauseInstanceOf(InvalidInputException.class)
              .hasMessageContaining("number " + i % 40);
        } else {
          assertClose(row.get(), expected.get(i % 40));
        }
      }
      assertThat(embedder.underWay()).isZero();
    }
  }

  @Test
  void whatComesWhileABatchRunsGoesTogether() throws Exception {
    List<Integer> batches = new ArrayList<>();
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ClipModel watched =
        new ForwardingModel(model) {
          @Override
          public Embeddings encodeTokens(Tokens tokens) {
            batches.add(tokens.size());
            first.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            return super.encodeTokens(tokens);
          }
        };
    try (BatchingEmbedder embedder =
        BatchingEmbedder.create(watched, BatchingOptions.DEFAULT.withMaxBatch(8))) {
      List<Future<float[]>> rows = new ArrayList<>();
      rows.add(embedder.submit("alone"));
      first.await();
      for (int i = 0; i < 19; i++) {
        rows.add(embedder.submit("text " + i));
      }
      go.countDown();
      for (Future<float[]> row : rows) {
        assertThat(row.get()).hasSize(16);
      }

      assertThat(batches).containsExactly(1, 8, 8, 3);
    }
  }

  @Test
  void aTextThatCannotBeEmbeddedFailsAlone() throws Exception {
    ClipModel picky =
        new ForwardingModel(model) {
          @Override
          public Embeddings encodeTokens(Tokens tokens) {
            for (int i = 0; i < tokens.size(); i++) {
              if (tokens.id(i, 1) == model.tokenizer().encode("bad")[0]) {
                throw new InvalidInputException("the text is bad");
              }
            }
            return super.encodeTokens(tokens);
          }
        };
    try (BatchingEmbedder embedder = BatchingEmbedder.create(picky)) {
      List<Future<float[]>> rows = embedder.submitAll(List.of("good", "bad", "better"), List.of());

      assertClose(rows.get(0).get(), model.embed("good"));
      assertThatThrownBy(rows.get(1)::get).hasMessageContaining("the text is bad");
      assertClose(rows.get(2).get(), model.embed("better"));
    }
  }

  @Test
  void theBoundOfCallsHoldsAndACallThatIsOverMakesRoom() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (BatchingEmbedder embedder =
        BatchingEmbedder.create(model, BatchingOptions.DEFAULT.withMaxUnderWay(2))) {
      Future<float[]> held = embedder.submit(held(begun, go));
      begun.await();

      assertThatThrownBy(() -> embedder.submitAll(List.of("a", "b"), List.of()))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("reached its limit of 2 calls in progress");
      assertThat(embedder.underWay()).isEqualTo(1);
      for (int i = 0; i < 100; i++) {
        assertThat(embedder.embed("text")).hasSize(16);
      }
      go.countDown();
      assertClose(held.get(), model.embed(picture(9)));
    }
  }

  @Test
  void anInterruptEndsTheCallOfItsThreadAlone() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (BatchingEmbedder embedder = BatchingEmbedder.create(model)) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      embedder.embed(held(begun, go));
                    } catch (InterruptedCallException e) {
                      assertThat(Thread.currentThread().isInterrupted()).isTrue();
                      failure.set(e);
                    }
                  });
      begun.await();

      caller.interrupt();
      caller.join();

      assertThat(failure.get()).hasMessageContaining("a vector was waited for");
      assertThat(embedder.underWay()).isZero();
      go.countDown();
      assertThat(embedder.embed("still here")).hasSize(16);
      assertThat(embedder.embed(picture(3))).hasSize(16);
    }
  }

  @Test
  void closingFinishesWhatIsUnderWayAndTakesNothingMore() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    BatchingEmbedder embedder = BatchingEmbedder.create(model);
    Future<float[]> held = embedder.submit(held(begun, go));
    Future<float[]> text = embedder.submit("text");
    begun.await();
    Thread closing = Thread.ofPlatform().start(embedder::close);
    while (closing.getState() != Thread.State.WAITING) {
      TimeUnit.MILLISECONDS.sleep(1);
    }

    assertThatThrownBy(() -> embedder.embed("late")).isInstanceOf(ClosedException.class);
    assertThat(closing.isAlive()).isTrue();
    go.countDown();
    closing.join();

    assertThat(held.resultNow()).hasSize(16);
    assertThat(text.resultNow()).hasSize(16);
    embedder.close();
    embedder.closeNow();
  }

  @Test
  void anInterruptedCloseGivesUpTheRest() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    BatchingEmbedder embedder =
        BatchingEmbedder.create(model, BatchingOptions.DEFAULT.withPreparers(1));
    Future<float[]> held = embedder.submit(held(begun, go));
    Future<float[]> behind = embedder.submit(PictureSource.bytes("behind", picture(1)));
    begun.await();
    Thread closing =
        Thread.ofPlatform()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  embedder.close();
                  assertThat(Thread.interrupted()).isTrue();
                });

    assertThatThrownBy(behind::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ClosedException.class);
    assertThatThrownBy(held::get).hasCauseInstanceOf(ClosedException.class);
    go.countDown();
    closing.join();
  }

  @Test
  void aModelThatIsClosedFailsItsCallsAndNothingHangs() {
    try (BatchingEmbedder embedder = BatchingEmbedder.create(model)) {
      model.close();

      assertThatThrownBy(() -> embedder.embed("text")).isInstanceOf(ClosedException.class);
      assertThatThrownBy(() -> embedder.embed(picture(1))).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void whoIsAloneDoesNotWait() throws Exception {
    BatchingOptions slow = BatchingOptions.DEFAULT.withMaxWait(Duration.ofSeconds(20));
    try (BatchingEmbedder embedder = BatchingEmbedder.create(model, slow)) {
      for (int i = 0; i < 5; i++) {
        assertThat(embedder.embed("text " + i)).hasSize(16);
        assertThat(embedder.embed(picture(i))).hasSize(16);
      }
    }
  }

  @Test
  void aPreparedPictureIsOfItsModelAlone() {
    PreparedPicture mine = model.prepare(PictureSource.bytes("mine", picture(1)));
    try (ClipModel other = OpenClip.load(TinyModels.write(folder.resolve("other")))) {
      assertThatThrownBy(() -> other.encodePrepared(List.of(mine)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("mine was prepared by another model");
    }
    mine.close();
    mine.close();
    assertThatThrownBy(() -> model.encodePrepared(List.of(mine)))
        .isInstanceOf(ClosedException.class);
  }

  @Test
  void filesAndSourcesAreTheSame() throws IOException {
    Path file = Files.write(folder.resolve("a.count"), picture(77));
    try (BatchingEmbedder embedder = BatchingEmbedder.create(model)) {
      assertClose(embedder.embed(file), model.embed(file));
      assertThatThrownBy(() -> embedder.embed(folder.resolve("gone.count")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("gone.count");
    }
  }

  @Test
  void boundsAreChecked() {
    assertThatThrownBy(() -> BatchingOptions.DEFAULT.withMaxBatch(0))
        .hasMessageContaining("the size of a batch is 0, but must be from 1 to 4096");
    assertThatThrownBy(() -> BatchingOptions.DEFAULT.withMaxWait(Duration.ofMillis(-1)))
        .hasMessageContaining("must be from 0");
    assertThatThrownBy(() -> BatchingOptions.DEFAULT.withMaxUnderWay(1 << 21))
        .hasMessageContaining("the number of calls in progress is 2097152");
  }
}
