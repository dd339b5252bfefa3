package org.openclip.api.audio;

import org.openclip.api.InvalidInputException;

/**
 * The patches of a sound's spectrogram: a grid of frequencies by times.
 *
 * @param rows rows of patches, one for each part of the frequencies, at least 1
 * @param columns columns of patches, one for each part of the time, at least 1
 * @param values {@code float32[rows * columns, numbers]}: patches row by row, and in each the
 *     frequencies and their times
 */
@SuppressWarnings("ArrayRecordComponent")
public record AudioPatches(int rows, int columns, float[] values) {
  /** Checks that there is a patch, and that all have as many numbers. */
  public AudioPatches {
    if (rows < 1 || columns < 1 || values.length == 0 || values.length % (rows * columns) != 0) {
      throw new InvalidInputException(
          "%s numbers are no grid of %s x %s patches; all patches have as many numbers, at least 1"
              .formatted(values.length, rows, columns));
    }
  }

  /** Returns the number of numbers of a patch. */
  public int numbers() {
    return values.length / size();
  }

  /** Returns the number of patches. */
  public int size() {
    return rows * columns;
  }
}
