package org.openclip.train.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;
import org.openclip.train.data.Batch;

/** Evaluates a model on pairs of images and captions. */
public final class PairEvaluation {
  /** The name of the number of pairs. */
  public static final String SAMPLES = "num_samples";

  private PairEvaluation() {}

  /**
   * Returns the retrieval metrics, the mean losses over all pairs, and the number of pairs.
   *
   * @param batches yields pairs; what comes together is one batch of the losses
   * @param progress is told how many pairs are done, batch by batch
   * @throws InvalidInputException when there is not one pair
   */
  public static Map<String, Double> metrics(
      PairModel model, ZeroShot.Batches batches, LongConsumer progress) {
    return collect(model, batches, progress).metrics();
  }

  /**
   * Runs a model on pairs.
   *
   * @param batches yields pairs; what comes together is one batch of the losses
   * @param progress is told how many pairs are done, batch by batch
   */
  public static CollectedPairs collect(
      PairModel model, ZeroShot.Batches batches, LongConsumer progress) {
    List<Embeddings> images = new ArrayList<>();
    List<Embeddings> texts = new ArrayList<>();
    Map<String, Double> sums = new TreeMap<>();
    long pairs = 0;
    for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
      PairModel.Seen seen = model.see(batch.images(), batch.texts());
      images.add(seen.images());
      texts.add(seen.texts());
      int size = batch.size();
      seen.losses().forEach((name, loss) -> sums.merge(name, loss * size, Double::sum));
      pairs += size;
      progress.accept(size);
    }
    Embeddings none = Embeddings.of(1, new float[0]);
    return pairs == 0
        ? new CollectedPairs(none, none, sums, 0)
        : new CollectedPairs(Embeddings.concat(images), Embeddings.concat(texts), sums, pairs);
  }
}
