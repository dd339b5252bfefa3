package org.openclip.api.text;

import java.util.List;

/** The step from an English text to its words and their parts of speech. Safe for many threads. */
public interface WordTagger {
  /** The parts of speech that matter to what a caption shows, the most telling one first. */
  enum PartOfSpeech {
    /** A common or proper noun: {@code NN*} of the Penn Treebank. */
    NOUN,
    /** An adjective: {@code JJ*}. */
    ADJECTIVE,
    /** A verb: {@code VB*}. */
    VERB,
    /** Any other word or sign. */
    OTHER
  }

  /**
   * One word of a text.
   *
   * @param word as it stands in the text
   * @param part what it is there
   */
  record TaggedWord(String word, PartOfSpeech part) {}

  /** Returns the words and signs of a text in order; empty for a text without any. */
  List<TaggedWord> tag(String text);
}
