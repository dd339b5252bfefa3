package org.openclip.hub.cli.command.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.checkpoint.TensorLayout;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.named.NamedModel;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code init}: creates a model folder with untrained weights. */
public final class InitCommand implements CommandProvider {
  /** Creates the provider. */
  public InitCommand() {}

  @Override
  public String name() {
    return "init";
  }

  @Override
  public String summary() {
    return "Creates a model folder with untrained weights, without any download";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  /** How the weights are made. */
  private enum Recipe {
    HASH,
    RANDOM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Command(
      customSynopsis = "openclip init [OPTION...] MODEL [FOLDER]",
      sortOptions = false,
      footer = {
        "",
        "The results of an untrained model are meaningless: use the folder to try OpenCLIP, or to"
            + " start a training.",
        "",
        "  openclip init ViT-B-32",
        "  openclip init ViT-B-16 fresh --weights random --seed 7"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A name from 'openclip models'.")
    private String model = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "FOLDER",
        description =
            "The folder to write. Default: models/MODEL, where other commands search for MODEL.")
    private @Nullable Path folder;

    @Option(
        names = "--weights",
        paramLabel = "RECIPE",
        description =
            "hash: computed from the parameter names, the same on every machine; random:"
                + " initialised as for training. Default: hash.")
    private Recipe recipe = Recipe.HASH;

    @Option(names = "--seed", paramLabel = "N", description = "The random seed. Default: 0.")
    private long seed;

    @Option(names = "--force", description = "Replaces a model that is already in the folder.")
    private boolean force;

    @Override
    public int run(Environment environment) {
      NamedModel made =
          NamedModel.find(
              new NamedModel.Request(model, null, FetchOptions.DEFAULT), environment.plugins());
      Path target = folder == null ? ModelOptions.HOME.resolve(model) : folder;
      if (!force && Files.exists(target.resolve(ModelFolder.CONFIG))) {
        environment
            .out()
            .println(
                target + " already contains a model; it was not changed (--force replaces it)");
        return Main.SUCCESS;
      }
      String how = recipe == Recipe.HASH ? "recipe hash" : "recipe random, seed " + seed;
      FreshWeights weights =
          recipe == Recipe.HASH
              ? FreshWeights.hash(made.parameters())
              : FreshWeights.random(made.parameters(), seed);
      long megabytes =
          weights.layout().values().stream().mapToLong(TensorLayout::bytes).sum() / 1_000_000;
      try (Progress progress = Progress.start(environment, "MB", megabytes)) {
        made.write(target, counted(weights, progress), Map.of(ModelOptions.UNTRAINED, how));
      }
      environment
          .out()
          .println(
              "%s: %s with %s MB of untrained weights (%s); its results are meaningless"
                  .formatted(target, model, megabytes, how));
      return Main.SUCCESS;
    }

    private static WeightSource counted(WeightSource weights, Progress progress) {
      return new WeightSource() {
        private long bytes;

        @Override
        public Map<String, TensorLayout> layout() {
          return weights.layout();
        }

        @Override
        public Tensor tensor(String name) {
          Tensor tensor = weights.tensor(name);
          bytes += tensor.bytes();
          progress.advance(bytes / 1_000_000 - progress.done());
          return tensor;
        }
      };
    }
  }
}
