package org.openclip.train.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.train.data.Batch;
import org.openclip.train.data.BatchLoader;
import org.openclip.train.data.BatchSchedule;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.RepeatedSamples;
import org.openclip.train.plan.ScaledLoss;
import org.openclip.train.plan.ShortTexts;

/**
 * The training loop over epochs and batches. What happens follows from its parts and the progress
 * it starts from: a training that was stopped and goes on ends with the same numbers.
 */
public final class TrainingLoop {
  private final Fitting fitting;
  private final Trainer trainer;
  private final Dataset dataset;
  private final Preparation preparation;
  private final Schedule schedule;
  private final Settings settings;
  private final Extras extras;
  private final Ranks ranks;
  private final Faults faults = new Faults();
  private boolean repeats;

  /**
   * How the loop goes.
   *
   * @param seed of everything random
   * @param schedule the shapes of the batches, of which each is one part of a step
   * @param parts how many parts are trained on as one batch
   * @param epochs how many epochs there are in all
   * @param stepsInEpoch how many steps an epoch has
   * @param workers how many threads prepare samples
   */
  public record Settings(
      long seed, BatchSchedule schedule, int parts, int epochs, long stepsInEpoch, int workers) {
    /**
     * Creates settings for batches that all have the same size.
     *
     * @param batchSize samples of one part of a step
     */
    public Settings(
        long seed, int batchSize, int parts, int epochs, long stepsInEpoch, int workers) {
      this(seed, BatchSchedule.of(batchSize), parts, epochs, stepsInEpoch, workers);
    }
  }

  /** What else is fed beside pictures and tokens. */
  public interface Extras {
    /** Nothing. */
    Extras NONE = batch -> Map.of();

    /** Returns more inputs for a batch of images and {@code tokens}, by name. */
    Map<String, Tensor> of(Map<String, Tensor> batch);

    /** Returns these inputs and others together. */
    default Extras and(Extras others) {
      return batch -> {
        Map<String, Tensor> all = new LinkedHashMap<>(of(batch));
        all.putAll(others.of(batch));
        return all;
      };
    }
  }

  /** The last step from a batch to what a model is fed: it leaves out what nothing depends on. */
  public interface Fitting {
    /** Returns the inputs of a step for those of a batch, by name. */
    Map<String, Tensor> of(Map<String, Tensor> batch);

    /**
     * Returns the fitting of a model with towers.
     *
     * @param shortened cuts a batch of tokens, {@code int64[batch, contextLength]}, to what the
     *     text tower is fed
     */
    static Fitting of(UnaryOperator<Tensor> shortened) {
      return batch -> {
        Map<String, Tensor> inputs = new LinkedHashMap<>(batch);
        inputs.computeIfPresent(Architecture.TOKENS, (name, texts) -> shortened.apply(texts));
        return inputs;
      };
    }
  }

  /** What is told of every step, and of every epoch's end. */
  public interface Listener {
    /**
     * A step was made.
     *
     * @param progress after the step
     * @param samples how many it trained on, in all processes together
     * @param report what came of it
     * @param rate its learning rate
     * @param dataSeconds how long it waited for samples
     * @param stepSeconds how long it took in all
     */
    void step(
        Progress progress,
        long samples,
        StepReport report,
        double rate,
        double dataSeconds,
        double stepSeconds);

    /** An epoch ended; {@code progress} points at the next. */
    void epoch(Progress progress);

    /** Something is to be said, in a line. */
    default void say(String line) {}
  }

  /** A loss that is no number ends a training; the parameters are those before the step. */
  public static final class DivergedException extends OpenClipException {
    private static final long serialVersionUID = 1L;

    DivergedException(long step, StepReport report, List<String> keys) {
      super(
          "the loss of step %s is %s (%s); its samples are %s. The training stops, and its last"
                  .formatted(step, report.loss(), report.scalars(), keys)
              + " checkpoint is kept. Lower --lr, lengthen --warmup or set --grad-clip-norm, and"
              + " continue with --resume latest --resume-changed");
    }
  }

  /** Puts the parts together. */
  public TrainingLoop(
      Architecture architecture,
      Trainer trainer,
      Dataset dataset,
      Preparation preparation,
      Schedule schedule,
      Settings settings) {
    this(
        Fitting.of(tokens -> ShortTexts.cut(architecture, tokens)),
        trainer,
        dataset,
        preparation,
        schedule,
        settings,
        Extras.NONE,
        Ranks.alone(trainer));
  }

  /**
   * Puts the parts together.
   *
   * @param fitting of batches to the model
   * @param extras what the objective is fed beside, as a teacher's features
   * @param ranks the processes that train together
   */
  public TrainingLoop(
      Fitting fitting,
      Trainer trainer,
      Dataset dataset,
      Preparation preparation,
      Schedule schedule,
      Settings settings,
      Extras extras,
      Ranks ranks) {
    this.fitting = fitting;
    this.trainer = trainer;
    this.dataset = dataset;
    this.preparation = preparation;
    this.schedule = schedule;
    this.settings = settings;
    this.extras = extras;
    this.ranks = ranks;
  }

  /** Returns how many samples were left out so far, and of the first which it is, and why. */
  public String leftOut() {
    return faults.count()
        + " samples were skipped"
        + faults.first().map(first -> ", the first: " + first).orElse("");
  }

  /**
   * Trains to the end, or until it is told to stop.
   *
   * @param stop asked before every step, and while samples are waited for
   * @return how far it came
   * @throws DivergedException when a loss is not finite
   */
  public Progress run(Progress start, Listener listener, BooleanSupplier stop) {
    Progress progress = start.of(ranks.rank(), ranks.size());
    while (progress.epoch() < settings.epochs()) {
      Progress after = epoch(progress, listener, stop);
      if (after.epoch() == progress.epoch()) {
        List<Long> positions = new ArrayList<>();
        for (long[] each : ranks.all(after.position())) {
          positions.add(each[0]);
        }
        return after.everywhere(positions);
      }
      progress = after;
      listener.epoch(progress);
    }
    return progress;
  }

  private Progress epoch(Progress start, Listener listener, BooleanSupplier stop) {
    Order order = new Order(settings.seed(), start.epoch(), ranks.rank(), ranks.size());
    Progress progress = start;
    // The steps of an epoch are counted from its beginning, not from where the training goes on.
    long end = (start.epoch() + 1L) * settings.stepsInEpoch();
    long first = (start.step() - (end - settings.stepsInEpoch())) * settings.parts();
    try (BatchLoader loader =
        new BatchLoader(
            new RepeatedSamples(dataset, order, faults, start.before()),
            order,
            preparation,
            settings.schedule(),
            first,
            settings.workers(),
            start.position(),
            true,
            faults)) {
      while (progress.step() < end) {
        ranks.begins(progress.step() + 1);
        long begun = System.nanoTime();
        List<Batch> batches = stop.getAsBoolean() ? null : take(loader, stop);
        boolean stopping = batches == null && stop.getAsBoolean();
        // All go on together, or none does.
        boolean[] some = ranks.any(stopping, batches == null && !stopping);
        if (some[0]) {
          return progress;
        }
        if (batches == null || some[1]) {
          throw tooFew(progress, end, loader);
        }
        if (loader.pass() > 0 && !repeats) {
          repeats = true;
          listener.say(
              "epoch %s: all samples were used before step %s of %s; they are repeated in a new order; %s so far"
                  .formatted(
                      progress.epoch(),
                      progress.step() + 1 - (end - settings.stepsInEpoch()),
                      settings.stepsInEpoch(),
                      leftOut()));
        }
        double waited = (System.nanoTime() - begun) / 1e9;
        progress = step(progress, batches, waited, begun, listener);
      }
    }
    return progress.nextEpoch();
  }

  private OpenClipException tooFew(Progress progress, long end, BatchLoader loader) {
    long done = progress.step() - (end - settings.stepsInEpoch());
    return new OpenClipException(
        "epoch %s has no batch of %s samples%s: a pass over the data has only %s usable samples; %s. %s"
            .formatted(
                progress.epoch(),
                settings.schedule().at(progress.epoch(), done * settings.parts()).size(),
                done == 0
                    ? ""
                    : " more after %s of %s steps".formatted(done, settings.stepsInEpoch()),
                loader.usable(),
                leftOut(),
                loader.usable() == 0 ? "Check the data" : settings.schedule().remedy()));
  }

  /** Takes the batches of one step; null when there are not enough any more, or it is to stop. */
  private @Nullable List<Batch> take(BatchLoader loader, BooleanSupplier stop) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < settings.parts(); i++) {
      Batch batch = loader.next(stop);
      if (batch == null) {
        return null;
      }
      batches.add(batch);
    }
    return batches;
  }

  private Progress step(
      Progress before, List<Batch> batches, double waited, long begun, Listener listener) {
    double rate = schedule.at(before.step());
    StepReport report =
        ScaledLoss.unscaled(
            trainer.step(
                batches.stream().map(this::inputs).toList(),
                new StepOptions(before.step() + 1, rate, settings.seed() + ranks.rank())));
    if (!Double.isFinite(report.loss())) {
      List<String> keys = batches.stream().flatMap(b -> b.keys().stream()).limit(8).toList();
      throw new DivergedException(before.step(), report, keys);
    }
    Progress after = before.after(batches.get(batches.size() - 1).position());
    long samples = batches.stream().mapToLong(Batch::size).sum() * ranks.size();
    listener.step(after, samples, report, rate, waited, (System.nanoTime() - begun) / 1e9);
    return after;
  }

  private Map<String, Tensor> inputs(Batch batch) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(batch.images());
    inputs.put(Architecture.TOKENS, batch.texts());
    inputs.putAll(extras.of(inputs));
    return fitting.of(inputs);
  }
}
