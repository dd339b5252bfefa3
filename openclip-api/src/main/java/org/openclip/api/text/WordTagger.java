package org.openclip.api.text;

import java.util.List;

/** Splits an English text into words and finds their parts of speech. Thread-safe. */
public interface WordTagger {
  /** The parts of speech, the most informative one for a caption first. */
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
   * @param word the word as in the text
   * @param part its part of speech
   */
  record TaggedWord(String word, PartOfSpeech part) {}

  /** Returns the words and punctuation marks of a text in order; empty for a text without any. */
  List<TaggedWord> tag(String text);
}
