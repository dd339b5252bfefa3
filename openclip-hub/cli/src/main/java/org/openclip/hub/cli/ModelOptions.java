package org.openclip.hub.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.audio.ClapBuilder;
import org.openclip.hub.audio.ClapModel;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.hub.generative.GenerativeModel;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.PretrainedTags;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options of commands that load a model: model, weights, backend, device, precision and
 * threads.
 */
public final class ModelOptions {
  /** The folder in which {@code init} writes models and in which they are looked for by name. */
  public static final Path HOME = Path.of("models");

  /** Up to so many pictures, a model that opens sooner pays. */
  private static final int FEW = 8;

  /** The model whose weights are meant when none is named. */
  private static final String DEFAULT = "ViT-B-32";

  /** The key of a checkpoint's metadata under which {@code init} says how it made the weights. */
  public static final String UNTRAINED = "openclip.untrained";

  /** The key of a checkpoint's metadata for what is to be said whenever the weights are used. */
  public static final String NOTE = "openclip.note";

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = {
        "A name from 'openclip models' or a model folder. Without --pretrained, a name refers to"
            + " the folder models/NAME.",
        "Default: the environment variable OPENCLIP_MODEL; if it is not set, "
            + DEFAULT
            + " with --pretrained, and the built-in model without it."
      })
  private @Nullable String model;

  @Option(
      names = {"-p", "--pretrained"},
      paramLabel = "WEIGHTS",
      description =
          "A tag from 'openclip pretrained', which is downloaded if necessary, or the path or"
              + " URI of a checkpoint.")
  private @Nullable String pretrained;

  @Mixin private final FetchSettings fetching = new FetchSettings();

  @Mixin private final DeviceOptions hardware = new DeviceOptions();

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description = "fp32, fp16, bf16 or int8. Default: fp32, or int8 for 8-bit weights.")
  private @Nullable Precision precision;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "The number of cores for decoding and encoding together. Default: all; small models use"
              + " one core to encode.")
  private int threads;

  @Option(
      names = "--spin",
      paramLabel = "on|off",
      description =
          "on or off: whether the threads of one run spin while they wait for each other. Use"
              + " off if other programs need the cores. Default: on.")
  private Switch spin = Switch.ON;

  @Option(
      names = "--pack",
      paramLabel = "on|off",
      description =
          "on or off: whether weights are copied into the runtime's own layout. With off, a model"
              + " opens sooner and needs less memory, but each call takes longer. Default: on;"
              + " classify and similarity with at most 8 images: off.")
  private @Nullable Switch pack;

  private boolean brief;

  /** What the model encodes, once somebody has asked. */
  private @Nullable ModelKind kind;

  /** Yes or no. */
  enum Switch {
    /** Yes. */
    ON,
    /** No. */
    OFF;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "The batch size. Default: ${DEFAULT-VALUE}.",
      defaultValue = "32")
  private int batch;

  @Option(
      names = "--exif-orientation",
      description =
          "Rotates images as their EXIF or XMP data say, before preprocessing. The reference"
              + " does not do this; models were trained with images as they are stored.")
  private boolean exifOrientation;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "Changes the model's configuration, such as vision_cfg.image_size=336. May be repeated."
      })
  private Map<String, String> overrides = new LinkedHashMap<>();

  /** Creates options with their defaults; a command has them as a field with {@code @Mixin}. */
  public ModelOptions() {}

  /**
   * Chooses the model that a command takes as an argument.
   *
   * @throws UsageException when {@code --model} names one, too
   */
  public void name(String argument) {
    if (model != null) {
      throw new UsageException(
          "two models are given: %s, and --model %s".formatted(argument, model));
    }
    model = argument;
  }

  /** Says how many pictures the command encodes, so that a model for a few of them opens sooner. */
  public void expect(int pictures) {
    brief = pictures <= FEW;
  }

  private boolean packs() {
    return pack == null ? !brief : pack == Switch.ON;
  }

  /** Returns how many pictures or texts run at once. */
  public int batch() {
    return batch;
  }

  /** Returns the backend that was chosen by name; empty for none. */
  public Optional<String> backend() {
    return hardware.backend();
  }

  /** Returns how a backend runs, as the options say. */
  public BackendOptions running() {
    Precision numbers = precision == null ? Precision.FLOAT32 : precision;
    return new BackendOptions(hardware.device(), numbers, threads, spin == Switch.ON)
        .withPack(packs());
  }

  /**
   * Returns the options that say which vectors come out, as they would be written: those of the
   * model, its weights, precision and configuration; none when the model that comes with OpenCLIP
   * was left as it is.
   */
  public List<String> chosen() {
    List<String> options = new ArrayList<>();
    String named = named();
    if (named != null) {
      options.addAll(List.of("--model", named));
    }
    if (pretrained != null) {
      options.addAll(List.of("--pretrained", pretrained));
    }
    Precision numbers = precision;
    if (numbers != null) {
      options.addAll(List.of("--precision", numbers.toString()));
    }
    if (exifOrientation) {
      options.add("--exif-orientation");
    }
    overrides.forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
    return options;
  }

  /** Returns a builder with the choices that the options say. */
  public ModelBuilder builder(Environment environment) {
    return configure(resolved(environment), pretrained, environment);
  }

  private String resolved(Environment environment) {
    String named = named();
    return named == null
        ? unnamed(environment)
        : ModelNames.resolve(named, pretrained, environment);
  }

  /**
   * Returns a builder for another model, which runs as the options say.
   *
   * @param other what {@code --model} would name
   * @param weights what {@code --pretrained} would name; null for none
   */
  public ModelBuilder another(String other, @Nullable String weights, Environment environment) {
    return configure(ModelNames.resolve(other, weights, environment), weights, environment);
  }

  /** Returns the model that the user named; null when none. */
  private @Nullable String named() {
    if (model != null) {
      return model;
    }
    String variable = System.getenv("OPENCLIP_MODEL");
    return variable == null || variable.isBlank() ? null : variable;
  }

  private String unnamed(Environment environment) {
    return pretrained == null ? PretrainedTags.embedded(environment.plugins()) : DEFAULT;
  }

  private ModelBuilder configure(
      String resolved, @Nullable String weights, Environment environment) {
    ModelBuilder builder =
        OpenClip.model(resolved).plugins(environment.plugins()).device(hardware.device());
    try {
      builder.threads(threads).spin(spin == Switch.ON).packWeights(packs()).batchSize(batch);
    } catch (InvalidInputException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    if (precision != null) {
      builder.precision(precision);
    }
    hardware.backend().ifPresent(builder::backend);
    if (weights != null) {
      builder.pretrained(weights);
    }
    fetching.apply(builder, environment);
    overrides.forEach((key, value) -> builder.override(key, value(value)));
    if (exifOrientation) {
      builder.preprocess("exif_orientation", true);
    }
    return builder;
  }

  /** Loads the model, and says what the file of its weights says of them. */
  public ClipModel load(Environment environment) {
    return load(builder(environment), environment);
  }

  /** Returns the kind of the model; its configuration is looked for once. */
  private ModelKind found(Environment environment) {
    ModelKind known = kind;
    if (known == null) {
      known = ModelKind.of(sound(environment), generativeBuilder(environment));
      kind = known;
    }
    return known;
  }

  /** Returns what files the model encodes, without reading any weights. */
  public FileKind kind(Environment environment) {
    return found(environment).files();
  }

  /** Returns whether each label has a probability of its own, without reading any weights. */
  public boolean sigmoid(Environment environment) {
    @Nullable Double bias =
        kind(environment) == FileKind.SOUND
            ? sound(environment).architecture().config().initLogitBias()
            : builder(environment).architecture().config().initLogitBias();
    return bias != null;
  }

  /**
   * Loads the model, whatever files it encodes, and says what the file of its weights says of them.
   *
   * @param sounds how sounds become clips
   */
  public JointModel open(SoundOptions sounds, Environment environment) {
    if (found(environment).clap()) {
      ClapModel loaded = sound(environment).clips(sounds.clips()).load();
      WeightsNotes.say(loaded.name(), loaded.weightsMetadata(), environment);
      return new SoundModel(loaded);
    }
    sounds.refuse("is for CLAP models, of sounds and texts, only");
    return new PictureModel(load(environment));
  }

  /** Returns a builder of the model if it is generative, without reading any weights. */
  public Optional<GenerativeBuilder> generative(Environment environment) {
    return Optional.ofNullable(found(environment).generative());
  }

  private GenerativeBuilder generativeBuilder(Environment environment) {
    GenerativeBuilder builder =
        GenerativeModel.builder(resolved(environment))
            .plugins(environment.plugins())
            .fetching(fetching.options(environment));
    try {
      builder.options(running());
    } catch (InvalidInputException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    hardware.backend().ifPresent(builder::backend);
    if (pretrained != null) {
      builder.pretrained(pretrained);
    }
    overrides.forEach((key, value) -> builder.override(key, value(value)));
    if (exifOrientation) {
      builder.preprocess("exif_orientation", true);
    }
    return builder;
  }

  private ClapBuilder sound(Environment environment) {
    ClapBuilder sound =
        ClapModel.builder(resolved(environment))
            .plugins(environment.plugins())
            .fetching(fetching.options(environment));
    try {
      sound.options(running()).batchSize(batch);
    } catch (InvalidInputException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    hardware.backend().ifPresent(sound::backend);
    if (pretrained != null) {
      sound.pretrained(pretrained);
    }
    overrides.forEach((key, value) -> sound.override(key, value(value)));
    return sound;
  }

  /** Loads a model from its builder, and says what the file of its weights says of them. */
  public static ClipModel load(ModelBuilder builder, Environment environment) {
    ClipModel loaded = builder.load();
    WeightsNotes.say(loaded.name(), loaded.weightsMetadata(), environment);
    return loaded;
  }

  /** Loads a generative model, and says what the file of its weights says of them. */
  public static GenerativeModel load(GenerativeBuilder builder, Environment environment) {
    GenerativeModel loaded = builder.load();
    WeightsNotes.say(loaded.name(), loaded.weightsMetadata(), environment);
    return loaded;
  }

  /** Returns the value of a {@code --set}: as JSON, or as the text that it is. */
  public static Object value(String text) {
    byte[] wrapped = ("{\"value\":" + text + "}").getBytes(StandardCharsets.UTF_8);
    try {
      Object parsed = JsonObjects.parse("--set", 0, wrapped).get("value");
      return parsed == null ? text : parsed;
    } catch (InvalidFileException e) {
      return text;
    }
  }
}
