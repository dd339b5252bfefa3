package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.TextEncoderProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * What every text tower must do, on whichever backend it will run. The author of one extends this
 * class with a provider and a configuration, a small one, since the {@link Interpreter} runs it.
 */
public abstract class TextEncoderContract
    extends EncoderContract<TextEncoderProvider, TextEncoder> {
  private static final String IDS = "ids";

  protected TextEncoderContract() {
    super(TextEncoderProvider.class, "text");
  }

  /**
   * Returns a row of ids as the tower's tokenizer would make it: unless overridden, words, the end
   * token, which is the last of the vocabulary, and zeros.
   *
   * @param words how many ids stand before the end
   * @param length the number of ids
   * @param vocabularySize the bound of the ids
   */
  protected long[] row(int words, int length, int vocabularySize) {
    long[] row = new long[length];
    for (int i = 0; i < words; i++) {
      row[i] = 1 + (7L * i + 3L * words) % (vocabularySize - 2L);
    }
    row[words] = vocabularySize - 1L;
    return row;
  }

  @Test
  void yieldsOneVectorForEachText() {
    Value features = tower().graph().outputs().get(Tower.FEATURES);

    assertThat(features.shape()).isEqualTo(Shape.of(Dim.BATCH, Dim.of(embedDim())));
  }

  @Test
  void aTextHasTheFeaturesThatItHasAlone() {
    Tower tower = tower();
    long[][] texts = texts();

    Array together = run(tower, texts);

    for (int i = 0; i < texts.length; i++) {
      assertThat(Tower.row(together, i))
          .containsExactly(run(tower, texts[i]).data(), within(TOLERANCE));
    }
  }

  @Test
  void theFeaturesDependOnTheText() {
    Array features = run(tower(), texts());

    assertThat(features.data()).doesNotContain(Double.NaN);
    assertThat(Tower.row(features, 0)).isNotEqualTo(Tower.row(features, 1));
  }

  @Test
  void whatLiesBehindTheUsedLengthChangesNothing() {
    TextEncoder encoder = encoder();
    Tower tower = tower();
    for (long[] text : texts()) {
      int used = encoder.usedLength(text);
      assertThat(used).isBetween(1, encoder.contextLength());
      long[] cut = encoder.variableLength() ? Arrays.copyOf(text, used) : text;

      assertThat(run(tower, cut).data())
          .containsExactly(run(tower, text).data(), within(TOLERANCE));
    }
  }

  private long[][] texts() {
    TextEncoder encoder = encoder();
    int length = encoder.contextLength();
    int words = encoder.vocabularySize();
    return new long[][] {
      row(2, length, words), row(length / 2, length, words), row(length - 1, length, words)
    };
  }

  @Override
  final TextEncoder encoder(Map<String, Object> config) {
    return provider().create(context(config, true));
  }

  @Override
  final int size(TextEncoder encoder) {
    return encoder.contextLength();
  }

  @Override
  final Weights fit(TextEncoder encoder, Weights weights, String prefix) {
    return encoder.fit(weights, prefix);
  }

  @Override
  final Tower tower() {
    TextEncoder encoder = encoder();
    GraphBuilder graph = new GraphBuilder("text");
    Dim length = encoder.variableLength() ? Dim.LENGTH : Dim.of(encoder.contextLength());
    Value ids = graph.input(IDS, DataType.INT64, Dim.BATCH, length);
    return Tower.of(graph, encoder.encode(graph.scope("text"), ids));
  }

  private static Array run(Tower tower, long[]... texts) {
    long[] ids = Arrays.stream(texts).flatMapToLong(Arrays::stream).toArray();
    return tower.features(Map.of(IDS, Tensor.of(ids, texts.length, texts[0].length)));
  }
}
