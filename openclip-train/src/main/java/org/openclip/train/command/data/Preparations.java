package org.openclip.train.command.data;

import org.openclip.train.data.Preparation;
import org.openclip.train.run.ModelPreparation.Captions;

/** How stored samples become inputs of a model. */
public interface Preparations {
  /** Returns how samples are prepared for training. */
  Preparation varied(Captions captions);

  /** Returns how samples with captions are prepared for measuring. */
  Preparation plain(Captions captions);

  /**
   * Returns how samples whose captions are the numbers of classes are prepared for measuring.
   *
   * @param classes how many there are
   */
  default Preparation labelled(int classes) {
    return plain(Captions.labels(classes));
  }
}
