package org.openclip.train.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.data.LabelledFolder;
import org.openclip.train.evaluation.ClassifierHead;
import org.openclip.train.plan.ClassifierObjective;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.TowerGroups;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.Progress;
import org.openclip.train.run.TrainingLoop;

/** The training of an image tower and a linear head on known classes, end to end. */
final class FineTuning implements AutoCloseable {
  private final Environment environment;
  private final ModelBuilder builder;
  private final Backend backend;
  private final FinetuneFlags flags;
  private final OptimizerFlags optimizer;

  /**
   * What was trained.
   *
   * @param weights of the image tower
   * @param head {@code float[classes, embedDim]}
   */
  record Tuned(Weights weights, Tensor head) {}

  FineTuning(
      Environment environment,
      ModelBuilder builder,
      Backend backend,
      FinetuneFlags flags,
      OptimizerFlags optimizer) {
    this.environment = environment;
    this.builder = builder;
    this.backend = backend;
    this.flags = flags;
    this.optimizer = optimizer;
  }

  /**
   * Trains.
   *
   * @param start the model's weights
   * @param zeroShot where the head starts
   */
  Tuned train(Weights start, ClassifierHead zeroShot, LabelledFolder folder) {
    Architecture architecture = builder.architecture();
    int samples = folder.files().size();
    long steps = samples / flags.batchSize;
    if (steps < 1) {
      throw new UsageException(
          "%d pictures have no batch of %d; take a smaller --batch-size"
              .formatted(samples, flags.batchSize));
    }
    int classes = zeroShot.classes().size();
    TrainingPlan plan = plan(architecture, classes);
    Pictures pictures = new Pictures(builder, flags.variations.augmentation(), 0);
    flags.variations.notes().forEach(this::say);
    try (Trainer trainer = backend.train(plan, weights(plan, start, zeroShot));
        StopSignal stop = StopSignal.listen()) {
      TrainingLoop loop =
          new TrainingLoop(
              architecture,
              trainer,
              folder.dataset(true),
              pictures.varied(ModelPreparation.Captions.labels(classes)),
              optimizer.schedule(flags.epochs, steps),
              new TrainingLoop.Settings(
                  flags.seed, flags.batchSize, 1, flags.epochs, steps, flags.workers));
      Progress reached = loop.run(Progress.START, new Listener(flags.epochs * steps), stop);
      if (reached.epoch() < flags.epochs) {
        throw new OpenClipException(
            "stopped at step %d of %d; nothing was written"
                .formatted(reached.step(), flags.epochs * steps));
      }
      if (loop.leftOut() > 0) {
        say(loop.leftOut() + " pictures were left out");
      }
      Weights end = trainer.weights();
      return new Tuned(end, end.get(ClassifierObjective.HEAD));
    } catch (TrainingLoop.DivergedException e) {
      throw new OpenClipException(
          "the loss is not a number any more, and nothing was written; lower --lr, lengthen"
              + " --warmup or set --grad-clip-norm",
          e);
    }
  }

  private TrainingPlan plan(Architecture architecture, int classes) {
    Graph tower = architecture.imageGraph();
    Graph objective = ClassifierObjective.write(tower, classes);
    Map<String, LeafOp.Parameter> parameters = new LinkedHashMap<>();
    tower.parameters().forEach(p -> parameters.put(p.name(), p));
    objective.parameters().forEach(p -> parameters.put(p.name(), p));
    Map<String, Double> rates =
        flags.layerDecay == null
            ? Map.of()
            : TowerGroups.image(architecture).rates(flags.layerDecay);
    Map<String, UpdateRule> rules =
        DecayGroups.rules(
            parameters,
            optimizer.weightDecay(),
            optimizer.spared(),
            name -> flags.headOnly && !name.equals(ClassifierObjective.HEAD),
            rates);
    return new TrainingPlan(
        List.of(tower),
        objective,
        optimizer.optimizer("", builder.registry()),
        rules,
        flags.headOnly ? TowerGroups.statistics(parameters.keySet()) : Set.of(),
        Map.of(),
        optimizer.gradientNorm(),
        flags.checkpointing);
  }

  private static Weights weights(TrainingPlan plan, Weights start, ClassifierHead zeroShot) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (String name : plan.parameters().keySet()) {
      weights.put(
          name, name.equals(ClassifierObjective.HEAD) ? zeroShot.weight() : start.get(name));
    }
    return Weights.of(weights);
  }

  private void say(String line) {
    environment.err().println(line);
    environment.err().flush();
  }

  /** Tells how it goes. */
  private final class Listener implements TrainingLoop.Listener {
    private final long steps;

    Listener(long steps) {
      this.steps = steps;
    }

    @Override
    public void step(
        Progress progress, StepReport report, double rate, double dataSeconds, double stepSeconds) {
      if (progress.step() % Math.max(1, flags.logEvery) == 0 || progress.step() == steps) {
        say(
            "epoch %d step %d/%d  loss %.4f  accuracy %.3f  lr %.3g"
                .formatted(
                    progress.epoch(),
                    progress.step(),
                    steps,
                    report.loss(),
                    report.scalars().getOrDefault("accuracy", Double.NaN),
                    rate));
      }
    }

    @Override
    public void epoch(Progress progress) {}
  }

  @Override
  public void close() {
    backend.close();
  }
}
