package org.openclip.train.command.flag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.OptimizerProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.training.Optimizer;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.run.Schedule;
import picocli.CommandLine.Option;

/**
 * The flags of the optimizer and the learning rate schedule, with the reference's names, meanings
 * and defaults.
 */
public final class OptimizerFlags {
  /** What timm's names of optimizers mean here, and what sets them apart. */
  private static final Map<String, Choice> TIMM =
      Map.of(
          "timm/adamw", new Choice("adamw", Map.of()),
          "timm/lion", new Choice("lion", Map.of()),
          "timm/momentum", new Choice("sgd", Map.of()),
          "timm/sgd", new Choice("sgd", Map.of("nesterov", 1.0)),
          "timm/sgdw", new Choice("sgd", Map.of("nesterov", 1.0, "decoupled", 1.0)));

  private record Choice(String name, Map<String, Double> options) {}

  @Option(
      names = "--opt",
      paramLabel = "NAME",
      description = "The optimizer: adamw, nadamw, lion, sgd, or one of a plugin. Default: adamw.")
  private String name = "adamw";

  @Option(
      names = "--opt-kwargs",
      arity = "1..*",
      paramLabel = "KEY=NUMBER",
      description = "Further options of the optimizer, such as nesterov=1.")
  private Map<String, Double> more = new LinkedHashMap<>();

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description = "Learning rate. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(names = "--beta1", paramLabel = "B", description = "The first beta. Default: 0.9.")
  private @Nullable Double beta1;

  @Option(
      names = "--beta2",
      paramLabel = "B",
      description =
          "The second beta. Default: AdamW's 0.999, in 'train' 0.98 for ViTs; Lion's 0.99.")
  private @Nullable Double beta2;

  @Option(
      names = "--eps",
      paramLabel = "E",
      description = "AdamW's epsilon. Default: 1e-8, in 'train' 1e-6 for ViTs.")
  private @Nullable Double epsilon;

  @Option(names = "--momentum", paramLabel = "M", description = "SGD's momentum. Default: 0.9.")
  private @Nullable Double momentum;

  @Option(
      names = "--wd",
      paramLabel = "W",
      description = "Weight decay. Default: ${DEFAULT-VALUE}.")
  private double weightDecay;

  @Option(
      names = "--wd-exclude",
      arity = "1..*",
      paramLabel = "PATTERN",
      description = "Names of parameters without weight decay, with * and ?, such as '*.bias'.")
  private List<String> withoutDecay = new ArrayList<>();

  @Option(
      names = "--warmup",
      paramLabel = "STEPS",
      description = "Warm-up steps. Default: ${DEFAULT-VALUE}.")
  private long warmup;

  @Option(
      names = "--lr-scheduler",
      paramLabel = "KIND",
      description = "The learning rate schedule: cosine, const or const-cooldown. Default: cosine.")
  private String scheduler = "cosine";

  @Option(names = "--skip-scheduler", description = "Keeps the learning rate constant.")
  private boolean skipScheduler;

  @Option(
      names = "--epochs-cooldown",
      paramLabel = "N",
      description = "Epochs of the cool-down of const-cooldown.")
  private @Nullable Integer cooldownEpochs;

  @Option(
      names = "--lr-cooldown-end",
      paramLabel = "RATE",
      description = "The learning rate after the cool-down. Default: 0.")
  private double cooldownEnd;

  @Option(
      names = "--lr-cooldown-power",
      paramLabel = "P",
      description = "The power of the cool-down. Default: 1 (linear).")
  private double cooldownPower = 1;

  @Option(
      names = "--grad-clip-norm",
      paramLabel = "NORM",
      description = "Gradient clipping: the maximum norm of all gradients. Default: none.")
  private @Nullable Double clip;

  /** Creates flags with the reference's defaults for training. */
  public OptimizerFlags() {
    this(5e-4, 0.2, 10_000);
  }

  /** Creates flags with defaults of their own. */
  public OptimizerFlags(double rate, double weightDecay, long warmup) {
    this.rate = rate;
    this.weightDecay = weightDecay;
    this.warmup = warmup;
  }

  /** Checks the numbers. */
  public void check() {
    Bounds.atLeast(0, "--lr", rate);
    Bounds.atLeast(0, "--wd", weightDecay);
    Bounds.atLeast(0, "--warmup", warmup);
    Bounds.share("--beta1", beta1);
    Bounds.share("--beta2", beta2);
    Bounds.atLeast(0, "--eps", epsilon);
    Bounds.share("--momentum", momentum);
    Bounds.atLeast(0, "--epochs-cooldown", cooldownEpochs);
    Bounds.atLeast(0, "--lr-cooldown-end", cooldownEnd);
    Bounds.positive("--lr-cooldown-power", cooldownPower);
    Bounds.positive("--grad-clip-norm", clip);
  }

  /**
   * Returns the defaults of flags that depend on the optimizer and the model, by flag.
   *
   * @param model the model's name
   */
  public Map<String, Double> defaults(String model) {
    boolean transformer = model.toLowerCase(Locale.ROOT).contains("vit");
    return switch (name) {
      case "adamw", "nadamw" ->
          Map.of(
              "--beta1", 0.9,
              "--beta2", transformer ? 0.98 : 0.999,
              "--eps", transformer ? 1e-6 : 1e-8);
      case "lion" -> Map.of("--beta1", 0.9, "--beta2", 0.99);
      case "sgd" -> Map.of("--momentum", 0.9);
      default -> Map.of();
    };
  }

  public double weightDecay() {
    return weightDecay;
  }

  /** Returns which parameters do not decay, beside those that never do. */
  public Predicate<String> spared() {
    List<Pattern> patterns = withoutDecay.stream().map(OptimizerFlags::glob).toList();
    return name -> patterns.stream().anyMatch(p -> p.matcher(name).matches());
  }

  /** Returns an expression for a whole name, in which a star spans dots, too. */
  private static Pattern glob(String pattern) {
    String literal = pattern.replaceAll("[^*?]+", "\\\\Q$0\\\\E");
    return Pattern.compile(literal.replace("*", ".*").replace("?", "."));
  }

  public double gradientNorm() {
    return clip == null ? Double.POSITIVE_INFINITY : clip;
  }

  /** Returns the optimizer, AdamW with the defaults of the model's kind. */
  public Optimizer optimizer(String model, PluginRegistry plugins) {
    Choice choice = TIMM.getOrDefault(name, new Choice(name, Map.of()));
    Map<String, Double> options = new LinkedHashMap<>(choice.options());
    if (name.equals("adamw") || name.equals("nadamw")) {
      boolean transformer = model.toLowerCase(Locale.ROOT).contains("vit");
      options.put("beta2", transformer ? 0.98 : 0.999);
      options.put("eps", transformer ? 1e-6 : 1e-8);
    }
    put(options, "beta1", beta1);
    put(options, "beta2", beta2);
    put(options, "eps", epsilon);
    put(options, "momentum", momentum);
    options.putAll(more);
    return plugins.named(OptimizerProvider.class, choice.name()).create(options);
  }

  private static void put(Map<String, Double> options, String name, @Nullable Double value) {
    if (value != null) {
      options.put(name, value);
    }
  }

  /** Returns the schedule over all epochs. */
  public Schedule schedule(int epochs, long stepsInEpoch) {
    long steps = epochs * stepsInEpoch;
    if (skipScheduler) {
      return new Schedule(Schedule.Kind.CONST, rate, 0, steps, 0, 1, 0);
    }
    return switch (scheduler) {
      case "cosine" -> Schedule.cosine(rate, warmup, steps);
      case "const" -> new Schedule(Schedule.Kind.CONST, rate, warmup, steps, 0, 1, 0);
      case "const-cooldown" -> {
        if (cooldownEpochs == null) {
          throw new UsageException("--lr-scheduler const-cooldown needs --epochs-cooldown");
        }
        yield new Schedule(
            Schedule.Kind.CONST_COOLDOWN,
            rate,
            warmup,
            steps,
            cooldownEpochs * stepsInEpoch,
            cooldownPower,
            cooldownEnd);
      }
      default ->
          throw new UsageException(
              "--lr-scheduler '" + scheduler + "' is not one of cosine, const, const-cooldown");
    };
  }
}
