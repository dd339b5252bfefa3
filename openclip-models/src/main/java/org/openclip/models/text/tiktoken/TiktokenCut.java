package org.openclip.models.text.tiktoken;

/** The cuts as regular expressions. */
final class TiktokenCut {
  private static final String SPACE = "\\p{IsWhite_Space}";
  private static final String TAIL =
      "|" + SPACE + "++\\z|" + SPACE + "+(?!\\P{IsWhite_Space})|" + SPACE;

  static final String GPT2 =
      "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]++" + TAIL;

  static final String GPT4 =
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+"
          + "| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]++[\\r\\n]*+|"
          + SPACE
          + "++\\z|"
          + SPACE
          + "*[\\r\\n]|"
          + SPACE
          + "+(?!\\P{IsWhite_Space})|"
          + SPACE;

  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

  static final String GPT4O =
      "[^\\r\\n\\p{L}\\p{N}]?"
          + UPPER
          + "*"
          + LOWER
          + "+"
          + CONTRACTION
          + "|[^\\r\\n\\p{L}\\p{N}]?"
          + UPPER
          + "+"
          + LOWER
          + "*"
          + CONTRACTION
          + "|\\p{N}{1,3}| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+[\\r\\n/]*|"
          + SPACE
          + "*[\\r\\n]+|"
          + SPACE
          + "+(?!\\P{IsWhite_Space})|"
          + SPACE
          + "+";

  private TiktokenCut() {}
}
