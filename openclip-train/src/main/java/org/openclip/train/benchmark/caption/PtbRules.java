package org.openclip.train.benchmark.caption;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a token may look like, by the conventions of the Penn Treebank. The rule that matches most
 * is taken, the first of those that match as much. Its first group is the token; what it matches
 * behind that only says what must follow.
 */
final class PtbRules {
  /** Abbreviations that keep their full stop. */
  private static final String ABBREVIATIONS =
      "adj|adm|adv|ala|alex|apr|ariz|assn|aug|ave|bhd|bldg|blvd|bros|calif|capt|cf|cie|cmdr|co|col"
          + "|colo|conn|corp|cos|cpl|ct|dak|dec|dept|det|drs?|elec|ens|esq|est|etc|ext|feb|fla|fri"
          + "|ft|ga|gen|gov|hon|inc|ind|intl|jan|jos|jr|jul|jun|kan|ky|lieut|ltd?|maj|mar|md"
          + "|messrs|mfg|mich|minn|mlle|mme|mon|mont|mo|mrs?|ms|mt|mtg|neb|nev|nov|oct|okla|pfc|ph"
          + "|plc|pres|prof|pte|pty|pvt|rd|rep|rev|rt|sens?|sept?|seq|sfc|sgt|spc|sq|sr|ste?|supt"
          + "|sys|tel|tenn|thurs?|tues?|univ|va|vs|vt|wed|wisc?|wm|wyo";

  /** Words that begin a sentence, so that the full stop before them ends one. */
  private static final String STARTERS =
      "A|About|According|After|An|As|At|But|Earlier|He|Her|Here|However|If|In|It|Last|Many|More|Now"
          + "|Once|One|Other|Our|She|Since|So|Some|Such|That|The|Their|Then|There|These|They|This"
          + "|We|What|When|While|Yet|You";

  /** Words that are abbreviations only with a capital letter. */
  private static final String CAPITALISED = "Ark|Az|Del|Ill|La|Mass|Miss|Ore|Pa|Tex";

  /** Words that are abbreviations only before a number. */
  private static final String COUNTING = "art|ca|fig|nos?|op|pp|prop";

  private static final String LETTER = "\\p{L}";
  private static final String WORD = "[\\p{L}\\d]";
  private static final String MARK = "['\u2019]";
  private static final String ACRONYM = LETTER + "(?:\\." + LETTER + ")+\\.?";
  private static final String NUMBER = "(?:\\d*(?:[.:,]?\\d+)+)";

  private static final List<Pattern> RULES =
      List.of(
          rule("(</?[A-Za-z!][^<>\\s]*/?>)"),
          rule("(https?://[^\\s\"<>|()]*[^\\s\"<>|().,!?;:])"),
          rule(
              "((?:[a-z\\d][\\w-]*\\.)+(?:com|net|org|edu)(?:/[^\\s\"<>|()]*[^\\s\"<>|().,!?;:])?)"),
          rule("([\\w.+-]+@(?:\\w+\\.)+\\w+)"),
          rule("(@[a-z]\\w*|#[a-z]" + WORD + "*)"),
          rule("([-+]?" + NUMBER + ")"),
          rule("((?:\\d{1,4}[- ])?\\d{1,4}/\\d{1,4})"),
          rule("(can)not(?!" + WORD + ")"),
          rule("(gon|wan)na(?!" + WORD + ")"),
          rule("(got)ta(?!" + WORD + ")"),
          rule("(gim|lem)me(?!" + WORD + ")"),
          rule("(" + MARK + "t)(?:is|was)(?!" + WORD + ")"),
          rule("(" + WORD + "*?" + LETTER + ")n" + MARK + "t(?!" + LETTER + ")"),
          rule("(n" + MARK + "t)(?!" + LETTER + ")"),
          rule("(" + MARK + "(?:s|d|m|re|ve|ll))(?!" + WORD + ")"),
          rule("(" + LETTER + WORD + "*(?:[.!?]" + LETTER + WORD + "*)*)"),
          rule("(" + WORD + "+)"),
          rule("(" + ACRONYM + ")"),
          rule("(ph\\.d\\.)"),
          rule("((?:" + ABBREVIATIONS + "|(?<=et )al)\\.)"),
          Pattern.compile("(" + LETTER + "\\.)(?!\\s+(?:" + STARTERS + ")(?:\\s|$))"),
          Pattern.compile("((?:" + CAPITALISED + ")\\.)"),
          rule("((?:" + COUNTING + ")\\.)\\s*\\d"),
          rule(hyphenated()),
          rule(slashed()),
          // A full stop before a comma, semicolon or colon belongs to an abbreviation, whatever the
          // word is.
          rule("(" + WORD + "+(?:[_-]" + WORD + "+)*\\.)[,;:]"),
          Pattern.compile("([A-Z]+(?:[+&][A-Z]+)+)"),
          rule("([dolnj]" + MARK + WORD + "{2,})"),
          rule("([dlj]" + MARK + ")"),
          rule("(ma'am|c'mon|s'mores|o'clock|e'er|ne'er|cap'n|ev'ry)"),
          rule("(ol'|dunkin'|somethin')"),
          rule("(y" + MARK + ")" + WORD),
          rule("(" + MARK + "n)(?=\\s|$)"),
          rule("(" + MARK + "(?:em|till?|cause))"),
          rule("(" + MARK + "\\d0s)(?!" + WORD + ")"),
          rule("(" + MARK + "\\d\\d)(?=\\s|$)"),
          rule("(" + MARK + "n" + MARK + ")"),
          rule("([<>]?[:;=][-o*']?[()DPp\\\\{@|\\[\\]])(?!" + WORD + ")"),
          rule("(&(?:amp|lt|gt|quot|apos|nbsp);)"),
          rule("((?:us|a|c|nz|hk)\\$)"),
          rule("([-\u2012-\u2015]+)"),
          rule("([?!]+|''|``|\\*{2,}|_+|#{2,}|<{2,}|>{2,})"),
          rule("(.)"));

  private PtbRules() {}

  private static String hyphenated() {
    String first = "(?:" + NUMBER + "|" + WORD + "+|" + ACRONYM + ")";
    return "(" + first + "(?:[_-](?:" + ACRONYM + "|" + WORD + "+))+)";
  }

  private static String slashed() {
    String part = WORD + "+(?:-" + LETTER + "+){0,2}";
    return "(" + part + "(?:/" + part + "){1,2})";
  }

  private static Pattern rule(String pattern) {
    return Pattern.compile(
        pattern, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
  }

  /** Returns where the token that starts at a place of a text ends. */
  static int end(String text, int start) {
    int longest = 0;
    int end = start + 1;
    for (Pattern pattern : RULES) {
      Matcher matcher = pattern.matcher(text).region(start, text.length());
      matcher.useTransparentBounds(true);
      if (matcher.lookingAt() && matcher.end() > longest) {
        longest = matcher.end();
        end = matcher.end(1);
      }
    }
    return end;
  }
}
