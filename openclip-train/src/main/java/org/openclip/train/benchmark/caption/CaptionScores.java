package org.openclip.train.benchmark.caption;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The metrics of written captions, under the names of pycocoevalcap. */
public final class CaptionScores {
  private CaptionScores() {}

  /**
   * Measures captions.
   *
   * @param written one caption for each picture, as the model wrote it
   * @param references for each picture at least one caption, as people wrote it
   */
  public static Map<String, Object> of(List<String> written, List<List<String>> references) {
    List<CaptionPair> pairs =
        IntStream.range(0, written.size())
            .mapToObj(
                i ->
                    new CaptionPair(
                        PtbTokens.of(written.get(i)),
                        references.get(i).stream().map(PtbTokens::of).toList()))
            .toList();
    Map<String, Object> scores = new LinkedHashMap<>();
    List<Double> bleu = Bleu.of(pairs);
    for (int n = 0; n < bleu.size(); n++) {
      scores.put("Bleu_" + (n + 1), bleu.get(n));
    }
    scores.put("ROUGE_L", RougeL.of(pairs));
    scores.put("CIDEr", Cider.of(pairs));
    return scores;
  }
}
