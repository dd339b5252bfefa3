package org.openclip.train.generative;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.train.data.Batch;
import org.openclip.train.data.BatchLoader;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Share;
import org.openclip.train.evaluation.PairEvaluation;
import org.openclip.train.run.Ranks;
import org.openclip.train.run.TrainingLoop;
import org.openclip.train.run.Validation;

/**
 * The validation of a generative model in training: the loss of captions, as the mean over batches,
 * each of which counts by its size.
 *
 * @param trainer holds the parameters
 * @param graphs of the model
 * @param fitting of batches to the model
 * @param source pictures with captions
 * @param settings how it is done
 * @param ranks the processes that measure together, each its own samples
 */
public record CaptionValidation(
    Trainer trainer,
    CaptionGraphs graphs,
    TrainingLoop.Fitting fitting,
    Validation.Source source,
    Validation.Settings settings,
    Ranks ranks) {
  /** The name of the loss, as in the reference. */
  public static final String LOSS = "val_generative_loss";

  /**
   * Measures.
   *
   * @param stop asked before every batch; what was begun then yields nothing
   * @return the loss and the number of samples, by name
   */
  public Optional<Map<String, Double>> run(BooleanSupplier stop) {
    // Processes that measure together all come to the end, for each waits for the others' share.
    BooleanSupplier ends = ranks.size() == 1 ? stop : () -> false;
    double sum = 0;
    long samples = 0;
    Order order = new Order(0, 0, 0, 1);
    Faults faults = new Faults();
    try (BatchLoader loader =
        new BatchLoader(
            new Share(source.dataset().open(order, faults), ranks.rank(), ranks.size()),
            order,
            source.preparation(),
            settings.batchSize(),
            settings.workers(),
            0,
            false,
            faults)) {
      for (Batch batch = loader.next(ends); batch != null; batch = loader.next(ends)) {
        sum += loss(batch) * batch.size();
        samples += batch.size();
      }
    }
    if (ends.getAsBoolean()) {
      return Optional.empty();
    }
    return Optional.of(mean(sum, samples));
  }

  private double loss(Batch batch) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(batch.images());
    inputs.put(Architecture.TOKENS, batch.texts());
    return loss(trainer, graphs, fitting.of(inputs));
  }

  /** Returns the loss of a batch that is fitted to the model, without anything random. */
  static double loss(Trainer trainer, CaptionGraphs graphs, Map<String, Tensor> fitted) {
    Map<String, Tensor> seen = new LinkedHashMap<>(trainer.run(graphs.likelihoods(), fitted));
    seen.put(Architecture.TOKENS, Objects.requireNonNull(fitted.get(Architecture.TOKENS)));
    Tensor loss = trainer.run(graphs.loss(), seen).get(TrainingPlan.LOSS);
    return Objects.requireNonNull(loss).toFloats()[0];
  }

  private Map<String, Double> mean(double sum, long samples) {
    double all = 0;
    long count = 0;
    for (long[] each : ranks.all(Double.doubleToRawLongBits(sum), samples)) {
      all += Double.longBitsToDouble(each[0]);
      count += each[1];
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put(PairEvaluation.SAMPLES, (double) count);
    metrics.put(LOSS, all / count);
    return metrics;
  }
}
