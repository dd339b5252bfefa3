package org.openclip.langchain4j;

/** What becomes of an input with several contents, for which langchain4j expects one vector. */
public enum SeveralContents {
  /** Refuses it: CLIP embeds one text or one picture at a time. */
  REFUSE,

  /**
   * Takes the mean of the contents' unit vectors, scaled to length 1. A text and a picture of one
   * thing lie apart in CLIP's space (the modality gap of Liang et al. 2022, arXiv 2203.02053), and
   * their mean between them.
   */
  AVERAGE
}
