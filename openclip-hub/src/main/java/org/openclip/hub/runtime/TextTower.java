package org.openclip.hub.runtime;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Program;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;

/**
 * The way of texts through a model. Texts of like length go together and a batch ends with its
 * longest text, where the tower allows it: most captions use a fifth of the context.
 */
public final class TextTower {
  private final TextEncoder encoder;
  private final Program program;
  private final int batchSize;
  private final int width;

  /**
   * Creates the path of texts over a running program.
   *
   * @param width the width of the embedding
   * @param batchSize how many texts run at once
   */
  public TextTower(TextEncoder encoder, Program program, int width, int batchSize) {
    this.encoder = encoder;
    this.program = program;
    this.batchSize = batchSize;
    this.width = width;
  }

  /**
   * Encodes tokens of the model's context length, as vectors that are not normalised.
   *
   * @param listener is told of every batch
   */
  public Embeddings encode(Tokens tokens, EncodingListener listener) {
    int length = encoder.contextLength();
    if (tokens.length() != length) {
      throw new InvalidInputException(
          "the tokens have length "
              + tokens.length()
              + ", but the model's context length is "
              + length
              + "; use the model's own tokenizer");
    }
    int size = tokens.size();
    long[][] rows = new long[size][];
    int[] used = new int[size];
    for (int i = 0; i < size; i++) {
      rows[i] = tokens.row(i);
      checkIds(i, rows[i]);
      used[i] = encoder.variableLength() ? encoder.usedLength(rows[i]) : length;
    }
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingInt(i -> used[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    float[] values = new float[Math.multiplyExact(size, width)];
    for (int from = 0; from < size; from += batchSize) {
      InterruptedCallException.check("texts were encoded");
      int[] batch = Arrays.copyOfRange(order, from, Math.min(size, from + batchSize));
      FloatBuffer features = run(rows, batch, used[batch[batch.length - 1]]);
      for (int row : batch) {
        features.get(values, row * width, width);
      }
      listener.done(batch.length);
    }
    return Embeddings.of(width, values);
  }

  private FloatBuffer run(long[][] rows, int[] batch, int length) {
    long[] ids = new long[batch.length * length];
    for (int i = 0; i < batch.length; i++) {
      System.arraycopy(rows[batch[i]], 0, ids, i * length, length);
    }
    Tensor input = Tensor.of(ids, batch.length, length);
    Map<String, Tensor> outputs = program.run(Map.of(Architecture.TOKENS, input));
    return FeatureRows.read(outputs, batch.length, width);
  }

  /**
   * Checks that a tower knows every token.
   *
   * @throws InvalidInputException when it does not
   */
  void checkIds(Tokens tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      checkIds(i, tokens.row(i));
    }
  }

  private void checkIds(int text, long[] row) {
    for (int i = 0; i < row.length; i++) {
      if (row[i] < 0 || row[i] >= encoder.vocabularySize()) {
        throw new InvalidInputException(
            "token %s of text %s has the ID %s, but the model's token IDs are from 0 to %s; use its own"
                    .formatted(i, text, row[i], encoder.vocabularySize() - 1)
                + " tokenizer");
      }
    }
  }
}
