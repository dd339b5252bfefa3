package org.openclip.hub.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.PretrainedTags;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that load a model: model, weights, backend, device, precision and threads. */
public final class ModelOptions {
  /** The folder in which {@code init} writes models and in which they are looked for by name. */
  public static final Path HOME = Path.of("models");

  /** The model whose weights are meant when none is named. */
  private static final String DEFAULT = "ViT-B-32";

  /** The key of a checkpoint's metadata under which {@code init} says how it made the weights. */
  public static final String UNTRAINED = "openclip.untrained";

  /** The key of a checkpoint's metadata for what is to be said whenever the weights are used. */
  public static final String NOTE = "openclip.note";

  private static final String SCHEME = "local-dir:";

  /** Two letters at least, for {@code C:} is a drive. */
  private static final Pattern SCHEMES = Pattern.compile("[a-z][a-z0-9+.-]+:");

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = {
        "A name from 'openclip models' or a model folder. Without --pretrained, a name refers to the folder models/NAME.",
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

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "The backend, such as onnx. Default: the preferred installed backend.")
  private @Nullable String backend;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu, cuda or cuda:N. Default: auto.")
  private Device device = Device.AUTO;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description = "fp32, fp16, bf16 or int8. Default: fp32, or int8 for 8-bit weights.")
  private @Nullable Precision precision;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "The number of cores for decoding and encoding together. Default: all; small models use one core to encode.")
  private int threads;

  @Option(
      names = "--spin",
      paramLabel = "on|off",
      description =
          "on or off: whether the threads of one run spin while they wait for each other. Use"
              + " off if other programs need the cores. Default: on.")
  private Switch spin = Switch.ON;

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

  /** Returns how many pictures or texts run at once. */
  public int batch() {
    return batch;
  }

  /** Returns the backend that was chosen by name; empty for none. */
  public Optional<String> backend() {
    return Optional.ofNullable(backend);
  }

  /** Returns how a backend runs, as the options say. */
  public BackendOptions running() {
    Precision numbers = precision == null ? Precision.FLOAT32 : precision;
    return new BackendOptions(device, numbers, threads, spin == Switch.ON);
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
    String named = named();
    return configure(
        named == null ? unnamed(environment) : resolve(named, pretrained, environment),
        pretrained,
        environment);
  }

  /**
   * Returns a builder for another model, which runs as the options say.
   *
   * @param other what {@code --model} would name
   * @param weights what {@code --pretrained} would name; null for none
   */
  public ModelBuilder another(String other, @Nullable String weights, Environment environment) {
    return configure(resolve(other, weights, environment), weights, environment);
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
    ModelBuilder builder = OpenClip.model(resolved).plugins(environment.plugins()).device(device);
    try {
      builder.threads(threads).spin(spin == Switch.ON).batchSize(batch);
    } catch (InvalidInputException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    if (precision != null) {
      builder.precision(precision);
    }
    if (backend != null) {
      builder.backend(backend);
    }
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
    ClipModel loaded = builder(environment).load();
    boolean folder = loaded.name().startsWith(SCHEME);
    String name = folder ? loaded.name().substring(SCHEME.length()) : loaded.name();
    Map<String, String> says = loaded.weightsMetadata();
    String untrained = says.get(UNTRAINED);
    if (untrained != null) {
      note(
          environment,
          "the weights %s are untrained (%s); the results are meaningless"
              .formatted(folder ? "in " + name : "of " + name, untrained));
    }
    String note = says.get(NOTE);
    if (note != null) {
      note(environment, "%s, %s".formatted(name, note));
    }
    return loaded;
  }

  private static void note(Environment environment, String text) {
    environment.err().println("openclip: note: " + Printable.line(text));
    environment.err().flush();
  }

  /** Returns the name by which the hub loads what the user named. */
  private String resolve(String named, @Nullable String weights, Environment environment) {
    String located = locate(named, environment);
    if (weights != null || SCHEMES.matcher(located).lookingAt()) {
      return located;
    }
    Path folder = HOME.resolve(located);
    if (Files.isDirectory(folder)) {
      return SCHEME + folder;
    }
    if (PretrainedTags.of(environment.plugins()).find(named, PretrainedTag.EMBEDDED).isPresent()) {
      return named;
    }
    throw new InvalidInputException(
        "there are no weights for %s: set --pretrained to a tag or a checkpoint, or run 'openclip init %s', which fills %s with untrained weights"
            .formatted(located, located, folder));
  }

  /**
   * Returns what the hub calls a model: a built-in name or a scheme as they are, a folder behind
   * {@code local-dir:}.
   *
   * @throws UnknownNameException when it is none of them
   */
  public static String locate(String named, Environment environment) {
    Set<String> names = new LinkedHashSet<>();
    environment.plugins().all(ModelCatalogueProvider.class).forEach(c -> names.addAll(c.models()));
    if (names.contains(named) && Files.isDirectory(Path.of(named))) {
      note(
          environment,
          "using the model %s, not the folder %s; to use the folder, write %s"
              .formatted(named, named, Path.of(".", named)));
    }
    if (names.contains(named) || SCHEMES.matcher(named).lookingAt()) {
      return named;
    }
    if (Files.isDirectory(PictureArguments.path(named))) {
      return SCHEME + named;
    }
    if (names.contains(named.replace('/', '-'))) {
      return named.replace('/', '-');
    }
    if (named.contains("/") || named.contains("\\")) {
      throw new InvalidInputException(
          "there is no model folder %s; check the path, or create the folder with 'openclip init MODEL %s'"
              .formatted(named, named));
    }
    throw new UnknownNameException(
        "model", named, names, "'openclip models' lists the names; a model folder also works");
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
