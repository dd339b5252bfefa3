package org.openclip.hub.cli.command.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.adapter.Adapters;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.RoundedWeights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.TensorLayout;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelNames;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.io.ModelFiles;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.StretchedContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code convert}: converts a checkpoint of any format to safetensors. */
public final class ConvertCommand implements CommandProvider {
  /** Creates the provider. */
  public ConvertCommand() {}

  @Override
  public String name() {
    return "convert";
  }

  @Override
  public String summary() {
    return "Converts a checkpoint of any format to safetensors, or to a transformers model";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  /** Whose names the tensors get. */
  private enum Form {
    OPENCLIP,
    TRANSFORMERS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Command(
      customSynopsis = "openclip convert [OPTION...] CHECKPOINT OUTPUT",
      sortOptions = false,
      footer = {
        "",
        "With --model, OUTPUT is a model folder: names and shapes are checked and changed to the",
        "reference's. Without it, OUTPUT is a file with the original tensor names.",
        "With --to transformers, OUTPUT is a folder that Hugging Face's transformers loads;"
            + " CHECKPOINT",
        "may be a model folder, which needs no --model.",
        "If CHECKPOINT holds the adapters of a training with --lora, OUTPUT is the model folder of"
            + " the",
        "weights that --model and --pretrained name, with the adapters merged into them.",
        "",
        "  openclip convert epoch_32.pt models/mine --model ViT-B-32",
        "  openclip convert pytorch_model.bin weights.safetensors --precision fp16",
        "  openclip convert models/mine for-transformers --to transformers",
        "  openclip convert ViT-L-14.safetensors models/long --model ViT-L-14"
            + " --force-context-length 248 --stretch",
        "  openclip convert logs/mine/checkpoints/epoch_2 models/mine --model ViT-B-32 \\",
        "    --pretrained laion2b_s34b_b79k"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "A file, or a model folder.")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "OUTPUT", description = "A folder, or a file.")
    private Path output = Path.of("");

    @Option(
        names = {"-m", "--model"},
        paramLabel = "MODEL",
        description = "The model of the weights, a name from 'openclip models'.")
    private @Nullable String model;

    @Option(
        names = {"-p", "--pretrained"},
        paramLabel = "WEIGHTS",
        description = "For adapters: the weights that they were trained on, a tag or a checkpoint.")
    private @Nullable String pretrained;

    @Option(
        names = "--to",
        paramLabel = "FORM",
        description =
            "openclip: the reference's tensor names; transformers: those of CLIPModel and"
                + " SiglipModel, with config.json, preprocessor_config.json and the tokenizer."
                + " Default: openclip.")
    private Form form = Form.OPENCLIP;

    @Option(
        names = "--precision",
        paramLabel = "TYPE",
        description = "fp32, fp16 or bf16. Default: unchanged.")
    private @Nullable Precision precision;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = {
          "With --model: changes its configuration, such as quick_gelu=true. May be repeated."
        })
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Option(
        names = "--force-context-length",
        paramLabel = "TOKENS",
        description =
            "With --model: the context length of texts. Positional embeddings are interpolated.")
    private @Nullable Integer contextLength;

    @Option(
        names = "--stretch",
        description =
            "With --force-context-length: stretches the positional embeddings as Long-CLIP does."
                + " The first 20 do not change, each other one becomes four; 77 tokens become 248.")
    private boolean stretch;

    @Option(
        names = "--force-naflex-vision",
        description =
            "With --model: converts the image tower, a ViT or EVA, to NaFlex, so that it takes"
                + " images of any shape.")
    private boolean naflex;

    @Option(
        names = "--metadata",
        paramLabel = "KEY=TEXT",
        description =
            "Without --model: metadata of the new file, such as openclip.note=..., which commands"
                + " print when they load the file. May be repeated.")
    private Map<String, String> metadata = new LinkedHashMap<>();

    @Option(names = "--force", description = "Replaces existing files.")
    private boolean force;

    @Override
    public int run(Environment environment) {
      if (Adapters.isThere(file)) {
        return merge(environment);
      }
      if (pretrained != null) {
        throw new UsageException(
            "--pretrained names the weights that adapters are merged into, but %s holds none"
                .formatted(file));
      }
      if (form == Form.TRANSFORMERS) {
        return toTransformers(environment);
      }
      checkContext();
      if (naflex && (model == null || stretch)) {
        throw new UsageException(
            "--force-naflex-vision needs --model, and does not take --stretch");
      }
      Path target = model == null ? output : output.resolve(ModelFolder.CHECKPOINT);
      checkFree(target);
      try (Weights weights = Checkpoints.open(file, environment.plugins())) {
        if (model == null) {
          Map<String, String> text =
              new LinkedHashMap<>(Checkpoints.ownMetadata(Checkpoints.metadata(file)));
          text.putAll(metadata);
          SafetensorsWriter.write(target, source(weights), text);
        } else if (stretch && contextLength != null) {
          stretch(model, contextLength, environment);
        } else {
          ModelBuilder builder = builder(model, environment);
          if (contextLength != null) {
            builder.contextLength(contextLength);
          }
          if (naflex) {
            builder.naflex();
          }
          builder.saveWeights(output, type());
        }
        long bytes =
            source(weights).layout().values().stream().mapToLong(TensorLayout::bytes).sum();
        environment
            .out()
            .println(
                "%s: %s tensors, %s MB, from %s"
                    .formatted(target, weights.names().size(), bytes / 1_000_000, file));
      }
      return Main.SUCCESS;
    }

    private void checkContext() {
      if (stretch && contextLength == null) {
        throw new UsageException("--stretch needs --force-context-length, such as 248");
      }
      if (contextLength != null && (model == null || contextLength < 1)) {
        throw new UsageException(
            "--force-context-length takes a number above 0, and needs --model");
      }
    }

    private void stretch(String name, int tokens, Environment environment) {
      builder(name, environment)
          .withState(
              state -> {
                int before = state.architecture().textEncoder().contextLength();
                if (tokens != StretchedContext.length(before)) {
                  throw new UsageException(
                      "--stretch makes a context of %s tokens from one of %s, not of %s"
                          .formatted(StretchedContext.length(before), before, tokens));
                }
                builder(name, environment)
                    .contextLength(tokens)
                    .weights(StretchedContext.of(state.weights(), before))
                    .saveWeights(output, type());
                return output;
              });
    }

    private @Nullable DataType type() {
      return precision == null ? null : precision.type();
    }

    private int merge(Environment environment) {
      checkFree(output.resolve(ModelFolder.CHECKPOINT));
      try (Adapters adapters = Adapters.open(file, environment.plugins())) {
        if (model == null || form == Form.TRANSFORMERS) {
          throw new UsageException(
              "%s holds adapters of %s; name that model with --model and --pretrained, and an openclip folder"
                  .formatted(file, adapters.traits().model()));
        }
        ModelBuilder builder =
            OpenClip.model(ModelNames.locate(model, environment)).plugins(environment.plugins());
        if (pretrained != null) {
          builder.pretrained(pretrained);
        }
        overrides.forEach((key, value) -> builder.override(key, ModelOptions.value(value)));
        builder.withState(
            state -> {
              builder.weights(adapters.merged(state.weights())).saveWeights(output, type());
              return output;
            });
        environment
            .out()
            .println(
                "%s: %s with %s adapters of rank %s, from %s"
                    .formatted(
                        output,
                        model,
                        adapters.traits().lora().targets().size(),
                        adapters.traits().lora().rank(),
                        file));
      }
      return Main.SUCCESS;
    }

    private int toTransformers(Environment environment) {
      checkFree(output.resolve(ModelFiles.TRANSFORMERS));
      ModelBuilder builder;
      if (Files.isDirectory(file) && model == null) {
        builder = OpenClip.model("local-dir:" + file).plugins(environment.plugins());
        overrides.forEach((key, value) -> builder.override(key, ModelOptions.value(value)));
      } else if (model == null) {
        throw new UsageException(
            "--to transformers needs a model folder, or --model and a checkpoint");
      } else {
        builder = builder(ModelNames.locate(model, environment), environment);
      }
      builder
          .saveTransformers(output, type())
          .forEach(written -> environment.out().println(written));
      return Main.SUCCESS;
    }

    private void checkFree(Path target) {
      if (!force && Files.exists(target)) {
        throw new UsageException(target + " already exists; --force replaces it");
      }
    }

    private ModelBuilder builder(String name, Environment environment) {
      // By its path, so that a known file name, or a configuration beside it, counts.
      ModelBuilder builder =
          OpenClip.model(name)
              .plugins(environment.plugins())
              .pretrained(file.toAbsolutePath().toString());
      overrides.forEach((key, value) -> builder.override(key, ModelOptions.value(value)));
      return builder;
    }

    private WeightSource source(Weights weights) {
      WeightSource source = WeightSource.of(weights);
      return precision == null ? source : new RoundedWeights(source, precision.type());
    }
  }
}
