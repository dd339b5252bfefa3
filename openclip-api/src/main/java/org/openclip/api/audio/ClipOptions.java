package org.openclip.api.audio;

/**
 * How a sound of any length becomes a clip: what a tower reads of one sound. The names are those of
 * the reference's {@code AudioAugmentationCfg}. Where the reference draws at random, a draw depends
 * on the seed and the sound alone.
 *
 * @param fill how a sound that is shorter than a clip is filled
 * @param truncation which part of a longer sound is read
 * @param int16Normalize whether samples are rounded to 16 bits
 * @param seed of the draws
 */
public record ClipOptions(Fill fill, Truncation truncation, boolean int16Normalize, long seed) {
  /** What the reference does when it evaluates a model. */
  public static final ClipOptions DEFAULT =
      new ClipOptions(Fill.REPEATPAD, Truncation.TRUNC, false, 0);

  /** How a sound that is shorter than a clip is filled. */
  public enum Fill {
    /** With silence behind it. */
    PAD,
    /** By repeating it up to the end of the clip. */
    REPEAT,
    /** By repeating it as often as it fits whole, and with silence behind that. */
    REPEATPAD
  }

  /**
   * Which part of a sound that is longer than a clip is read. A model that fuses ({@code
   * enable_fusion}) reads the beginning, the middle and the end of such a sound in any case, and
   * one more clip, which is chosen in this way.
   */
  public enum Truncation {
    /** The beginning. */
    TRUNC,
    /** A clip that begins at random. */
    RAND_TRUNC,
    /** The parts that a model with {@code enable_fusion} reads; others refuse it. */
    FUSION
  }
}
