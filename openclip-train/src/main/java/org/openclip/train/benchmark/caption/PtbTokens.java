package org.openclip.train.benchmark.caption;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * The tokens of a caption in the form of the Penn Treebank, lower-case and without punctuation, as
 * pycocoevalcap makes them with Stanford's tokenizer: contractions are cut ({@code is n't}),
 * brackets have names ({@code -lrb-}), abbreviations keep their full stop.
 */
public final class PtbTokens {
  /** Tokens that are left out. Named brackets are not, for they are lower-case by then. */
  private static final Set<String> PUNCTUATION =
      Set.of(
          "''", "'", "``", "`", ".", "?", "!", ",", ":", ";", "\"", "-", "&quot;", "&apos;",
          "&nbsp;", "\u2018", "\u2019", "\u201c", "\u201d", "\u00ab", "\u00bb", "\u2039", "\u203a",
          "\u2026", "\u2010", "\u2011");

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("(", "-lrb-"),
          Map.entry(")", "-rrb-"),
          Map.entry("[", "-lsb-"),
          Map.entry("]", "-rsb-"),
          Map.entry("{", "-lcb-"),
          Map.entry("}", "-rcb-"),
          Map.entry("&amp;", "&"),
          Map.entry("&lt;", "<"),
          Map.entry("&gt;", ">"),
          Map.entry("\u20ac", "$"),
          Map.entry("\u00a3", "#"),
          Map.entry("\u00a2", "cents"),
          Map.entry("\u00bd", "1/2"),
          Map.entry("\u00bc", "1/4"),
          Map.entry("\u00be", "3/4"));

  private PtbTokens() {}

  /** Returns the tokens with a blank between two. */
  public static String of(String caption) {
    StringJoiner tokens = new StringJoiner(" ");
    int at = 0;
    while (at < caption.length()) {
      int point = caption.codePointAt(at);
      if (Character.isWhitespace(point) || Character.isSpaceChar(point)) {
        at++;
      } else if (!Character.isBmpCodePoint(point)) {
        // Stanford's tokenizer knows no characters beyond the first plane.
        at += 2;
      } else {
        int end = PtbRules.end(caption, at);
        String token = written(caption.substring(at, end));
        if (!token.isEmpty()) {
          tokens.add(token);
        }
        at = end;
      }
    }
    return tokens.toString();
  }

  /** Returns the form of a token; empty for punctuation. */
  private static String written(String token) {
    if (PUNCTUATION.contains(token) || token.matches("[-\u2012-\u2015]+")) {
      return "";
    }
    String name = NAMES.get(token);
    if (name != null) {
      return name;
    }
    String lower = token.toLowerCase(Locale.ROOT).replace('\u2019', '\'');
    // A number and a fraction are one token, with a blank that cannot break.
    return lower.replace(' ', '\u00a0').replace("(", "-lrb-").replace(")", "-rrb-");
  }
}
