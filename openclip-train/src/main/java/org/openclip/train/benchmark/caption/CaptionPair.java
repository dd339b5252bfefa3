package org.openclip.train.benchmark.caption;

import java.util.List;

/**
 * The caption that a model wrote for a picture, and those that people wrote. All are tokens with a
 * blank between two.
 *
 * @param written by the model
 * @param references by people, at least one
 */
public record CaptionPair(String written, List<String> references) {
  /** Copies the list. */
  public CaptionPair {
    references = List.copyOf(references);
  }
}
