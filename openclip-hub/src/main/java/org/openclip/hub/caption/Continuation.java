package org.openclip.hub.caption;

import java.util.List;

/** What a model expects to follow the beginning of a caption. */
public interface Continuation {
  /**
   * Returns the logits of the next token.
   *
   * @param beginnings ids from the start on, all of one length
   * @param pictures for each beginning, the index of the picture that it is about
   * @return for each beginning, {@code float[vocabulary]} for the caller to change
   */
  float[][] next(List<long[]> beginnings, int[] pictures);
}
