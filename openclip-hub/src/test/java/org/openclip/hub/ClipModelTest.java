package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.TinyModels;

/** What every loaded model promises, whatever runs it. */
class ClipModelTest {
  private static final long START = 49406;
  private static final long END = 49407;

  @TempDir static Path folder;
  private static String name = "";

  @BeforeAll
  static void writeModel() {
    name = TinyModels.write(folder.resolve("tiny"));
  }

  private static Tensor pixels(int seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count * 3 * 32 * 32];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, count, 3, 32, 32);
  }

  /** Returns texts of many lengths, from two tokens to all 77. */
  private static Tokens tokens(int count) {
    long[] ids = new long[count * 77];
    Random random = new Random(7);
    for (int i = 0; i < count; i++) {
      int words = i % 76;
      ids[i * 77] = START;
      for (int j = 1; j <= words; j++) {
        ids[i * 77 + j] = random.nextInt(40000);
      }
      ids[i * 77 + Math.min(76, words + 1)] = END;
    }
    return Tokens.of(77, ids);
  }

  private static Tokens row(Tokens tokens, int row) {
    return Tokens.of(77, tokens.row(row));
  }

  private static void assertSame(Embeddings actual, Embeddings expected) {
    assertThat(actual.size()).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      float[] a = actual.row(i);
      float[] b = expected.row(i);
      for (int j = 0; j < b.length; j++) {
        assertThat(a[j]).isCloseTo(b[j], within(1e-5f));
      }
    }
  }

  @Test
  void resultsAreInOrderAndTheSameWhateverTheBatches() {
    Tensor pixels = pixels(1, 10);
    Tokens tokens = tokens(80);
    try (ClipModel all = OpenClip.model(name).batchSize(128).load();
        ClipModel three = OpenClip.model(name).batchSize(3).load()) {
      assertSame(three.encodePixels(pixels), all.encodePixels(pixels));
      Embeddings together = all.encodeTokens(tokens);
      assertSame(three.encodeTokens(tokens), together);
      List<Embeddings> single =
          IntStream.range(0, 80).mapToObj(i -> all.encodeTokens(row(tokens, i))).toList();
      assertSame(Embeddings.concat(single), together);
    }
  }

  @Test
  void picturesGoThroughThePreprocessing() {
    List<Image> pictures = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      byte[] bytes = new byte[(40 + i) * 50 * 3];
      new Random(i).nextBytes(bytes);
      pictures.add(Image.rgb(40 + i, 50, bytes));
    }
    try (ClipModel model = OpenClip.model(name).batchSize(4).load()) {
      float[] values = new float[9 * 3 * 32 * 32];
      var pixels = FloatBuffer.wrap(values);
      pictures.forEach(picture -> model.preprocessor().preprocess(picture, pixels));

      Embeddings direct = model.encodePixels(Tensor.of(values, 9, 3, 32, 32));

      assertSame(model.encodePictures(pictures), direct);
      assertSame(
          model.encodePictures(pictures.subList(3, 4)),
          Embeddings.of(model.embedDim(), direct.row(3)));
    }
  }

  @Test
  void textsGoThroughTheTokenizer() {
    List<String> texts = List.of("a dog", "", "a photo of a cat on a mat", "two dogs");
    try (ClipModel model = OpenClip.load(name)) {
      Embeddings direct = model.encodeTokens(model.tokenizer().tokenize(texts));

      assertSame(model.encodeTexts(texts), direct);
    }
  }

  @Test
  void nothingGivesNoRows() {
    try (ClipModel model = OpenClip.load(name)) {
      assertThat(model.encodePictures(List.of()).size()).isZero();
      assertThat(model.encodeImages(List.of()).size()).isZero();
      assertThat(model.encodePixels(pixels(1, 0)).size()).isZero();
      assertThat(model.encodeTokens(Tokens.of(77, new long[0])).size()).isZero();
    }
  }

  @Test
  void eightThreadsShareOneModelWithEqualResults() throws Exception {
    Tensor pixels = pixels(2, 3);
    Tokens tokens = tokens(5);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (ClipModel model = OpenClip.load(name)) {
      Embeddings images = model.encodePixels(pixels);
      Embeddings texts = model.encodeTokens(tokens);
      Callable<Boolean> work =
          () -> {
            for (int i = 0; i < 25; i++) {
              assertSame(model.encodePixels(pixels), images);
              assertSame(model.encodeTokens(tokens), texts);
            }
            return true;
          };
      for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(8, work))) {
        assertThat(done.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void closingWaitsForCallsAndMakesLaterOnesFail() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    ClipModel model = OpenClip.load(name);
    Tensor pixels = pixels(3, 64);
    List<Future<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      calls.add(
          threads.submit(
              () -> {
                while (true) {
                  try {
                    assertThat(model.encodePixels(pixels).size()).isEqualTo(64);
                  } catch (ClosedException e) {
                    return "closed";
                  }
                }
              }));
    }

    Thread.sleep(100);
    model.close();
    model.close();

    for (Future<Object> call : calls) {
      assertThat(call.get()).isEqualTo("closed");
    }
    threads.shutdownNow();
    assertThatThrownBy(() -> model.encodeTokens(tokens(1)))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("model " + name + " is closed");
    assertThat(model.logitScale()).isGreaterThan(1);
  }

  @Test
  void inputsOfAnotherShapeAreRefusedWithBothShapes() {
    try (ClipModel model = OpenClip.load(name)) {
      assertThatThrownBy(() -> model.encodePixels(Tensor.of(new float[3 * 64], 1, 3, 8, 8)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("FLOAT32[1, 3, 8, 8]")
          .hasMessageContaining("FLOAT32[n, 3, 32, 32]");
      assertThatThrownBy(() -> model.encodeTokens(Tokens.of(5, new long[5])))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("77");
      long[] foreign = new long[77];
      foreign[3] = 49408;
      assertThatThrownBy(() -> model.encodeTokens(Tokens.of(77, foreign)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("token 3 of text 0 has the ID 49408");
    }
  }

  @Test
  void openWeightsAreUsedAndLeftToTheirOwner() {
    var architecture = OpenClip.model(name).architecture();
    var weights = FreshWeights.random(architecture, 5).toWeights();
    try (ClipModel one = OpenClip.model(name).weights(weights).load();
        ClipModel two = OpenClip.model(name).weights(weights).load()) {
      assertSame(one.encodeTokens(tokens(3)), two.encodeTokens(tokens(3)));
    }
    assertThat(weights.get("logit_scale").toFloats()[0]).isEqualTo((float) Math.log(1 / 0.07));
  }
}
