package org.openclip.train.run;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.Embeddings;
import org.openclip.train.data.Batch;
import org.openclip.train.data.BatchLoader;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.Share;
import org.openclip.train.evaluation.CollectedPairs;
import org.openclip.train.evaluation.PairEvaluation;
import org.openclip.train.evaluation.Tally;
import org.openclip.train.evaluation.ZeroShot;

/**
 * The validation at the end of epochs, with the reference's metric names. It changes nothing of the
 * training.
 *
 * @param model as it stands
 * @param pairs pictures with captions; null for none
 * @param pairsEvery how many epochs lie between two measurements of them; 0 for never
 * @param labelled pictures of known classes
 * @param labelledEvery how many epochs lie between two measurements of them; 0 for never
 * @param settings how it is done
 * @param ranks the processes that measure together, each its own samples
 */
public record Validation(
    MeasuredModel model,
    @Nullable Source pairs,
    int pairsEvery,
    List<Labelled> labelled,
    int labelledEvery,
    Settings settings,
    Ranks ranks) {
  /** Copies the list. */
  public Validation {
    labelled = List.copyOf(labelled);
  }

  /**
   * Samples and what is done to them.
   *
   * @param dataset in an order that stays
   * @param preparation without chance
   */
  public record Source(Dataset dataset, Preparation preparation) {}

  /**
   * Pictures of known classes.
   *
   * @param prefix what stands before {@code -top1} in the names of the results
   * @param classes what they are called
   * @param source of pictures whose tokens are the number of their class
   */
  public record Labelled(String prefix, Classes classes, Source source) {}

  /**
   * What classes are called.
   *
   * @param names in the order of their numbers
   * @param templates texts with {@code {}} in the place of the name
   */
  public record Classes(List<String> names, List<String> templates) {
    /** Copies the lists. */
    public Classes {
      names = List.copyOf(names);
      templates = List.copyOf(templates);
    }
  }

  /**
   * How it is done.
   *
   * @param epochs after the last of which everything is measured
   * @param batchSize samples that run at once; the loss is that of such batches
   * @param workers how many threads prepare samples
   */
  public record Settings(int epochs, int batchSize, int workers) {}

  /**
   * Measures what is due.
   *
   * @param epoch how many epochs are done
   * @param stop asked before every batch; what was begun then yields nothing
   * @param say told, in a line, what begins
   * @return the results by name; empty when nothing is due, or it was stopped
   */
  public Optional<Map<String, Double>> run(int epoch, BooleanSupplier stop, Consumer<String> say) {
    // Processes that measure together all come to the end, for each waits for the others' share.
    return measured(epoch, ranks.size() == 1 ? stop : () -> false, say);
  }

  private Optional<Map<String, Double>> measured(
      int epoch, BooleanSupplier stop, Consumer<String> say) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    if (due(labelledEvery, epoch)) {
      Map<Classes, Embeddings> known = new HashMap<>();
      for (Labelled set : labelled) {
        say.accept(
            "epoch %s: zero-shot classification of %s with %s classes"
                .formatted(epoch, set.prefix(), set.classes().names().size()));
        metrics.putAll(zeroShot(set, known, stop));
      }
    }
    if (pairs != null && due(pairsEvery, epoch)) {
      say.accept("epoch " + epoch + ": validating");
      metrics.putAll(
          batches(
              pairs,
              stop,
              batches ->
                  together(PairEvaluation.collect(model, batches, done -> {}))
                      .metrics(model.kind())));
    }
    return metrics.isEmpty() || stop.getAsBoolean() ? Optional.empty() : Optional.of(metrics);
  }

  /** Returns what the models of all processes made of all pairs. */
  private CollectedPairs together(CollectedPairs own) {
    if (ranks.size() == 1) {
      return own;
    }
    int width = model.embedDim();
    Embeddings none = Embeddings.of(width, new float[0]);
    Embeddings images = ranks.gather(own.pairs() == 0 ? none : own.images());
    Embeddings texts = ranks.gather(own.pairs() == 0 ? none : own.texts());
    Map<String, Double> sums = new TreeMap<>();
    long pairs = 0;
    for (long[] each : ranks.all(own.pairs())) {
      pairs += each[0];
    }
    for (String name : model.told()) {
      double sum = 0;
      for (long[] each :
          ranks.all(Double.doubleToRawLongBits(own.sums().getOrDefault(name, 0.0)))) {
        sum += Double.longBitsToDouble(each[0]);
      }
      sums.put(name, sum);
    }
    return new CollectedPairs(images, texts, sums, pairs);
  }

  private boolean due(int every, int epoch) {
    return every > 0 && (epoch % every == 0 || epoch >= settings.epochs());
  }

  private Map<String, Double> zeroShot(
      Labelled set, Map<Classes, Embeddings> known, BooleanSupplier stop) {
    Map<String, Double> named = new LinkedHashMap<>();
    if (stop.getAsBoolean()) {
      return named;
    }
    Embeddings classes =
        known.computeIfAbsent(
            set.classes(), c -> ZeroShot.classes(model::encodeTexts, c.names(), c.templates()));
    Map<String, Double> found =
        batches(
            set.source(),
            stop,
            batches -> {
              Tally all = new Tally(classes.size());
              for (long[] each :
                  ranks.all(ZeroShot.tally(model, classes, batches, done -> {}).counts())) {
                all.add(each);
              }
              return all.metrics();
            });
    for (String metric : List.of("top1", "top5")) {
      Double value = found.get(metric);
      if (value != null) {
        named.put(set.prefix() + "-" + metric, value);
      }
    }
    return named;
  }

  /** What is made of batches. */
  private interface Measurement {
    Map<String, Double> of(ZeroShot.Batches batches);
  }

  private Map<String, Double> batches(
      Source source, BooleanSupplier stop, Measurement measurement) {
    Order order = new Order(0, 0, 0, 1);
    Faults faults = new Faults();
    try (BatchLoader loader =
        new BatchLoader(
            ranks.size() == 1
                ? source.dataset().open(order, faults)
                : new Share(source.dataset().open(order, faults), ranks.rank(), ranks.size()),
            order,
            source.preparation(),
            settings.batchSize(),
            settings.workers(),
            0,
            false,
            faults)) {
      return measurement.of(
          () -> {
            if (stop.getAsBoolean()) {
              throw new Stopped();
            }
            Batch batch = loader.next(stop);
            if (batch == null && stop.getAsBoolean()) {
              throw new Stopped();
            }
            return batch;
          });
    } catch (Stopped e) {
      return Map.of();
    }
  }

  /** Ends a measurement in the middle. */
  private static final class Stopped extends OpenClipException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("stopped");
    }
  }
}
