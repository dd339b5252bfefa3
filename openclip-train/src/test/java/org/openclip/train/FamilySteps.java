package org.openclip.train;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.model.FreshWeights;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.TrainingGraphs;

/**
 * A program that trains tiny models for two steps each, under its family's loss. It says each model
 * before it begins, so that the last one said is the one that ended the process.
 */
final class FamilySteps {
  /** What the last line begins with. */
  static final String DONE = "done: ";

  /** What the line of a model begins with whose loss is no number. */
  static final String WRONG = "wrong: ";

  private static final int STEPS = 2;
  private static final double RATE = 1e-4;

  /** So many that kernels share them out among threads. */
  private static final int BATCH = 6;

  private FamilySteps() {}

  /**
   * Trains.
   *
   * @param arguments a precision, such as {@code bf16}, how many threads work on an operation, then
   *     files of the goldens' {@code features}
   */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    PluginRegistry plugins = PluginRegistry.create();
    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    Precision precision = Precision.parse(arguments[0]);
    int threads = Integer.parseInt(arguments[1]);
    List<String> files = Arrays.asList(arguments).subList(2, arguments.length);
    try (Backend backend = provider.open(new BackendOptions(Device.CPU, precision, threads))) {
      for (String file : files) {
        GoldenRun golden = GoldenRun.read(Path.of(file));
        out.println(golden.name());
        out.flush();
        List<Double> losses = train(golden, plugins, backend);
        boolean right = losses.stream().allMatch(Double::isFinite);
        out.println((right ? "" : WRONG) + "losses of " + golden.name() + " " + losses);
      }
    }
    out.println(DONE + files.size());
  }

  private static List<Double> train(GoldenRun golden, PluginRegistry plugins, Backend backend) {
    Architecture architecture = Architecture.of(golden.config(), plugins);
    String task =
        architecture.decoder().isPresent()
            ? "coca"
            : architecture.config().initLogitBias() == null ? "clip" : "siglip";
    LossProvider loss = plugins.named(LossProvider.class, task);
    TrainingGraphs graphs = TrainingGraphs.of(architecture, loss, Map.of(), 0);
    TrainingPlan plan =
        new TrainingPlan(
            graphs.towers(),
            graphs.objective(),
            new AdamW(0.9, 0.98, 1e-6),
            DecayGroups.rules(architecture.parameters(), 0.1, Set.<String>of()::contains),
            Set.of(),
            Map.of(),
            1,
            false,
            TrainingPlan.Sharing.PLAIN,
            null);
    Map<String, Tensor> batch =
        Map.of(
            Architecture.PIXELS,
            golden.picturesFor(BATCH),
            Architecture.TOKENS,
            golden.tokensFor(BATCH));
    try (Weights weights = FreshWeights.hash(architecture).toWeights();
        Trainer trainer = backend.train(plan, weights)) {
      Double[] losses = new Double[STEPS];
      for (int step = 0; step < STEPS; step++) {
        StepReport report = trainer.step(List.of(batch), new StepOptions(step + 1L, RATE, 0));
        losses[step] = report.loss();
      }
      return List.of(losses);
    }
  }
}
