package org.openclip.hub.generative;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Program;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.tensor.Tensor;

/**
 * Says how likely texts are. The first token is predicted from the last patch, and each other one
 * from the token before it.
 *
 * @param program of {@link GenerativeArchitecture#scoreGraph}
 */
record TextScorer(Program program) {
  /**
   * Scores one text.
   *
   * @param row ids, with padding behind
   */
  TextScore score(Map<String, Tensor> prefix, long[] row, long padId) {
    int count = (int) Arrays.stream(row).takeWhile(id -> id != padId).count();
    if (count == 0) {
      throw new InvalidInputException("a text has no tokens; give at least one");
    }
    Map<String, Tensor> inputs = new HashMap<>(prefix);
    inputs.put(Architecture.TOKENS, Tensor.of(Arrays.copyOf(row, count), 1, count));
    Map<String, Tensor> outputs = program.run(inputs);
    FloatBuffer first = floats(outputs, GenerativeArchitecture.FIRST_LOGITS);
    FloatBuffer next = floats(outputs, Architecture.CAPTION_LOGITS);
    int vocabulary = first.remaining();
    double sum = logProbability(first, 0, vocabulary, row[0]);
    for (int i = 1; i < count; i++) {
      sum += logProbability(next, (i - 1) * vocabulary, vocabulary, row[i]);
    }
    return new TextScore(sum, count);
  }

  private static FloatBuffer floats(Map<String, Tensor> outputs, String name) {
    return Objects.requireNonNull(outputs.get(name)).data().asFloatBuffer();
  }

  private static double logProbability(FloatBuffer logits, int from, int vocabulary, long id) {
    if (id < 0 || id >= vocabulary) {
      throw new InvalidInputException(
          "a text contains the token ID %s, but the model's token IDs are from 0 to %s"
              .formatted(id, vocabulary - 1));
    }
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabulary; i++) {
      most = Math.max(most, logits.get(from + i));
    }
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      sum += Math.exp(logits.get(from + i) - most);
    }
    return logits.get(from + Math.toIntExact(id)) - most - Math.log(sum);
  }
}
