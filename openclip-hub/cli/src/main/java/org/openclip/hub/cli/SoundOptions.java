package org.openclip.hub.cli;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.audio.ClipOptions.Fill;
import org.openclip.api.audio.ClipOptions.Truncation;
import picocli.CommandLine.Option;

/** The options of commands that read sounds: how a sound of any length becomes a clip. */
public final class SoundOptions {
  @Option(
      names = "--audio-fill",
      paramLabel = "HOW",
      description =
          "For models of sounds: how a sound that is shorter than a clip is filled: pad, repeat or"
              + " repeatpad. Default: repeatpad.")
  private @Nullable String fill;

  @Option(
      names = "--audio-trunc",
      paramLabel = "HOW",
      description =
          "For models of sounds: what is read of a longer sound: trunc (its beginning), rand_trunc"
              + " (a clip that --audio-seed draws) or fusion (several clips; for models with"
              + " enable_fusion, which always do it). Default: trunc, or fusion.")
  private @Nullable String truncation;

  @Option(
      names = "--audio-seed",
      paramLabel = "N",
      description = "For models of sounds: the seed of rand_trunc. Default: 0.")
  private @Nullable Long seed;

  @Option(
      names = "--audio-int16-normalize",
      description = "For models of sounds: rounds samples to 16 bits.")
  private boolean rounded;

  /** Creates the options as they are when none is given. */
  public SoundOptions() {}

  /** Returns the first option that is given; empty for none. */
  private Optional<String> given() {
    if (fill != null) {
      return Optional.of("--audio-fill");
    }
    if (truncation != null) {
      return Optional.of("--audio-trunc");
    }
    if (seed != null) {
      return Optional.of("--audio-seed");
    }
    return rounded ? Optional.of("--audio-int16-normalize") : Optional.empty();
  }

  /**
   * Refuses the options.
   *
   * @param why what follows the name of the option in the message
   * @throws UsageException when one of them is given
   */
  public void refuse(String why) {
    given()
        .ifPresent(
            option -> {
              throw new UsageException(option + " " + why);
            });
  }

  /** Returns how sounds become clips. */
  ClipOptions clips() {
    ClipOptions usual = ClipOptions.DEFAULT;
    return new ClipOptions(
        choice("--audio-fill", fill, Fill.class, usual.fill()),
        choice("--audio-trunc", truncation, Truncation.class, usual.truncation()),
        rounded,
        seed == null ? usual.seed() : seed);
  }

  private static <E extends Enum<E>> E choice(
      String option, @Nullable String given, Class<E> kind, E usual) {
    if (given == null) {
      return usual;
    }
    StringBuilder names = new StringBuilder();
    for (E value : kind.getEnumConstants()) {
      String name = value.name().toLowerCase(Locale.ROOT);
      if (name.equals(given)) {
        return value;
      }
      names.append(names.isEmpty() ? "" : ", ").append(name);
    }
    throw new UsageException("%s is %s, but must be one of %s".formatted(option, given, names));
  }
}
