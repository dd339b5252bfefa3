package org.openclip.models.naflex;

import java.util.Arrays;
import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.audio.AudioPatches;
import org.openclip.api.config.ConfigReader;
import org.openclip.models.audio.MelFilters;
import org.openclip.models.audio.MelSpectrogram;
import org.openclip.models.audio.Resampling;

/**
 * Cuts mel spectrograms in decibels into patches of some bands and frames. The time is filled up to
 * whole patches, and a sound that has more of them than allowed is cut at its end.
 *
 * @param mel the transform
 * @param sampleRate the number of samples of a second
 * @param window the number of samples of a window
 * @param hop the number of samples between two windows
 * @param bands the number of mel bands
 * @param patchBands the bands of a patch
 * @param patchFrames the frames of a patch
 * @param fill what completes the last patch
 * @param most the largest number of patches of a sound
 */
public record PatchSpectrogram(
    MelSpectrogram mel,
    int sampleRate,
    int window,
    int hop,
    int bands,
    int patchBands,
    int patchFrames,
    Fill fill,
    int most)
    implements AudioPatcher {
  private static final double FLOOR = 1e-10;

  /** The level of silence, in decibels. */
  private static final float SILENCE = -100;

  /** What completes the last patch of a sound. */
  public enum Fill {
    /** The quietest level of the sound. */
    FLOOR,
    /** Silence. */
    SILENCE,
    /** The last frame. */
    REPEAT
  }

  /**
   * Reads the options of a spectrogram and of its patches, under the reference's names and with its
   * defaults.
   *
   * @param bandsKey the name of the option for the number of mel bands
   */
  public static PatchSpectrogram read(ConfigReader reader, String bandsKey) {
    int rate = reader.positive("sample_rate", 48000);
    int bands = reader.positive(bandsKey, 64);
    int window = reader.positive("window_size", 1024);
    int lowest = reader.integer("fmin", 50);
    int highest = reader.integer("fmax", 14000);
    int patchBands = reader.positive("patch_freq", 64);
    if (window < 2) {
      throw new InvalidConfigException(reader.at("window_size"), "is 1, but must be at least 2");
    }
    if (lowest < 0 || highest <= lowest || highest > rate / 2) {
      throw new InvalidConfigException(
          reader.at("fmax"),
          "is %s, but must be above fmin %s and at most half of the sample rate %s"
              .formatted(highest, lowest, rate));
    }
    if (bands % patchBands != 0) {
      throw new InvalidConfigException(
          reader.at("patch_freq"),
          "is %s, which does not divide the %s bands of %s".formatted(patchBands, bands, bandsKey));
    }
    if (reader.positive("in_chans", 1) != 1) {
      throw new InvalidConfigException(
          reader.at("in_chans"), "is not 1; spectrograms here have one channel");
    }
    int hop = reader.positive("hop_size", 480);
    MelFilters filters =
        new MelFilters(bands, window, rate, lowest, highest, MelFilters.Scale.HTK, false);
    return new PatchSpectrogram(
        new MelSpectrogram(filters, hop),
        rate,
        window,
        hop,
        bands,
        patchBands,
        reader.positive("patch_time", 4),
        switch (reader.choice("patch_pad_mode", "floor", List.of("floor", "silence", "repeat"))) {
          case "silence" -> Fill.SILENCE;
          case "repeat" -> Fill.REPEAT;
          default -> Fill.FLOOR;
        },
        Integer.MAX_VALUE);
  }

  /**
   * Returns the same with another bound.
   *
   * @param key the option that sets it
   */
  public PatchSpectrogram withMost(String key, int patches) {
    if (patches < rows()) {
      throw new InvalidConfigException(
          key,
          "is %s, but must be at least %s, the patches of one moment".formatted(patches, rows()));
    }
    return withMost(patches);
  }

  @Override
  public PatchSpectrogram withMost(int patches) {
    if (patches < rows()) {
      throw new InvalidInputException(
          "%s patches are fewer than the %s of one moment".formatted(patches, rows()));
    }
    return new PatchSpectrogram(
        mel, sampleRate, window, hop, bands, patchBands, patchFrames, fill, patches);
  }

  /** Returns the number of rows of patches. */
  public int rows() {
    return bands / patchBands;
  }

  /** Returns the number of patches of a sound of so many samples, without a bound. */
  public int patchesOf(int samples) {
    int frames = Math.max(samples, window) / hop + 1;
    return rows() * ((frames + patchFrames - 1) / patchFrames);
  }

  @Override
  public int samples() {
    return Math.multiplyExact(hop, most / rows() * patchFrames - 1);
  }

  @Override
  public int numbers() {
    return patchBands * patchFrames;
  }

  @Override
  public AudioPatches cut(Audio audio) {
    float[] samples = Resampling.to(audio, sampleRate, seen());
    float[] sound = samples.length < window ? Arrays.copyOf(samples, window) : samples;
    int columns = Math.min(patchesOf(sound.length), most) / rows();
    int frames = Math.min(sound.length / hop + 1, columns * patchFrames);
    float[][] levels = levels(sound, frames, columns * patchFrames);
    float[] values = new float[rows() * columns * numbers()];
    int at = 0;
    for (int row = 0; row < rows(); row++) {
      for (int column = 0; column < columns; column++) {
        for (int band = 0; band < patchBands; band++) {
          System.arraycopy(
              levels[row * patchBands + band], column * patchFrames, values, at, patchFrames);
          at += patchFrames;
        }
      }
    }
    return new AudioPatches(rows(), columns, values);
  }

  /** Returns how many samples the frames of the most patches see. */
  private int seen() {
    return (int) Math.min(Integer.MAX_VALUE, (long) most / rows() * patchFrames * hop + window);
  }

  /** Returns decibels, {@code [bands][length]}, of which the frames are the sound's own. */
  private float[][] levels(float[] sound, int frames, int length) {
    double[][] energies = mel.of(sound, frames);
    float[][] levels = new float[bands][length];
    float quietest = Float.POSITIVE_INFINITY;
    for (int band = 0; band < bands; band++) {
      for (int frame = 0; frame < frames; frame++) {
        float level = (float) (10 * Math.log10(Math.max(energies[band][frame], FLOOR)));
        levels[band][frame] = level;
        quietest = Math.min(quietest, level);
      }
    }
    for (float[] band : levels) {
      float end =
          switch (fill) {
            case FLOOR -> quietest;
            case SILENCE -> SILENCE;
            case REPEAT -> band[frames - 1];
          };
      Arrays.fill(band, frames, length, end);
    }
    return levels;
  }
}
