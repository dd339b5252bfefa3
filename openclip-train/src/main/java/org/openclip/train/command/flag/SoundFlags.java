package org.openclip.train.command.flag;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.audio.ClipOptions.Fill;
import org.openclip.api.audio.ClipOptions.Truncation;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Option;

/** The flags of training on sounds, with the reference's names and meanings. */
public final class SoundFlags {
  @Option(
      names = "--audio-ext",
      paramLabel = "ENDINGS",
      description = "The file name extension of sounds in shards. Default: flac.")
  private String endings = "flac";

  @Option(
      names = "--audio-fill",
      paramLabel = "HOW",
      description =
          "How a sound that is shorter than a clip is filled: pad, repeat or repeatpad. Default:"
              + " repeatpad.")
  private String fill = "repeatpad";

  @Option(
      names = "--audio-trunc",
      paramLabel = "HOW",
      description =
          "What training reads of a longer sound: trunc (its beginning) or rand_trunc (a clip that"
              + " is drawn). Evaluations read the beginning. Default: rand_trunc.")
  private String truncation = "rand_trunc";

  @Option(
      names = "--audio-fusion",
      description =
          "Fuses parts of longer sounds; for models with enable_fusion, which always do it.")
  private boolean fusion;

  @Option(names = "--audio-int16-normalize", description = "Rounds samples to 16 bits.")
  private boolean rounded;

  @Option(
      names = "--naflex-pad-multiple",
      paramLabel = "M",
      description =
          "For NaFlexCLAP: pads a batch to a multiple of M patches, in the place of its longest"
              + " sound.")
  private @Nullable Integer multiple;

  /** Checks the values. */
  public void check() {
    Bounds.atLeast(1, "--naflex-pad-multiple", multiple);
    clips();
    if (endings().isEmpty()) {
      throw new UsageException("--audio-ext is empty; name the endings of sounds, such as flac");
    }
  }

  /** Returns the endings of sounds in shards. */
  public List<String> endings() {
    return Stream.of(endings.split(";", -1)).map(String::strip).filter(e -> !e.isEmpty()).toList();
  }

  /** Returns how sounds become clips in training. */
  public ClipOptions clips() {
    return new ClipOptions(
        choice("--audio-fill", fill, Fill.values()),
        choice("--audio-trunc", truncation, Truncation.values()),
        rounded,
        0);
  }

  /** Returns whether the fusion of longer sounds is asked for. */
  public boolean fusion() {
    return fusion;
  }

  /** Returns what the number of patches of a batch is a multiple of. */
  public int multiple() {
    return multiple == null ? 1 : multiple;
  }

  private static <E extends Enum<E>> E choice(String flag, String given, E[] values) {
    for (E value : values) {
      if (value.name().toLowerCase(Locale.ROOT).equals(given)) {
        return value;
      }
    }
    throw new UsageException(
        "%s '%s' is not one of %s"
            .formatted(
                flag,
                given,
                String.join(
                    ", ",
                    Arrays.stream(values).map(v -> v.name().toLowerCase(Locale.ROOT)).toList())));
  }
}
