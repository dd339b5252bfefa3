package org.openclip.hub.quantize;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.model.ClipModel;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;

/**
 * The time of one batch in each of two models, which take turns.
 *
 * @param exact the median of the model in float32, in milliseconds
 * @param rounded the median of the one in int8
 */
record TowerTimes(double exact, double rounded) {
  private static final int ROUNDS = 5;
  private static final String CAPTION = "a photo of two dogs that run on a beach";

  /** Times the image towers. */
  static TowerTimes ofImages(ClipModel exact, ClipModel rounded, int batch) {
    ImageEncoder encoder = exact.architecture().imageEncoder();
    float[] numbers = new float[batch * 3 * encoder.height() * encoder.width()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (i * 37 % 101 - 50) / 25f;
    }
    Tensor pixels = Tensor.of(numbers, batch, 3, encoder.height(), encoder.width());
    return of(exact, rounded, model -> model.encodePixels(pixels));
  }

  /** Times the text towers. */
  static TowerTimes ofTexts(ClipModel exact, ClipModel rounded, int batch) {
    List<String> captions = Collections.nCopies(batch, CAPTION);
    Tokens tokens = exact.tokenizer().tokenize(captions);
    return of(exact, rounded, model -> model.encodeTokens(tokens));
  }

  private static TowerTimes of(ClipModel exact, ClipModel rounded, Consumer<ClipModel> call) {
    double[] first = new double[ROUNDS];
    double[] second = new double[ROUNDS];
    call.accept(exact);
    call.accept(rounded);
    for (int round = 0; round < ROUNDS; round++) {
      first[round] = milliseconds(() -> call.accept(exact));
      second[round] = milliseconds(() -> call.accept(rounded));
    }
    Arrays.sort(first);
    Arrays.sort(second);
    return new TowerTimes(first[ROUNDS / 2], second[ROUNDS / 2]);
  }

  private static double milliseconds(Runnable call) {
    long start = System.nanoTime();
    call.run();
    return (System.nanoTime() - start) / 1e6;
  }
}
