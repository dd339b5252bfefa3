package org.openclip.models.text.tiktoken;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.openclip.api.UnknownNameException;
import org.openclip.models.text.repair.Unicode;

/**
 * A named encoding: how texts are cut into pieces, and which tokens there are beside those of the
 * ranks. White space is Unicode's, as in the reference.
 */
enum TiktokenEncoding {
  /** GPT-2's and GPT-3's. */
  R50K_BASE(TiktokenCut.GPT2, 50_257),
  /** Codex's: the former with runs of spaces. */
  P50K_BASE(TiktokenCut.GPT2, 50_281),
  /** GPT-4's. */
  CL100K_BASE(TiktokenCut.GPT4, 100_277),
  /** GPT-4o's. */
  O200K_BASE(TiktokenCut.GPT4O, 200_019);

  private final String cut;
  private final int size;

  TiktokenEncoding(String cut, int size) {
    this.cut = cut;
    this.size = size;
  }

  /**
   * Returns the encoding of a name.
   *
   * @throws UnknownNameException when there is none
   */
  static TiktokenEncoding of(String name) {
    for (TiktokenEncoding encoding : values()) {
      if (encoding.label().equals(name)) {
        return encoding;
      }
    }
    List<String> known = Arrays.stream(values()).map(TiktokenEncoding::label).toList();
    throw new UnknownNameException("tiktoken encoding", name, known, "");
  }

  /** Returns the name in a configuration. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns what matches one piece after the other. */
  Pattern cut() {
    return Pattern.compile(Unicode.pinned(cut));
  }

  /** Returns the number of ids, those of special tokens and unused ones included. */
  int size() {
    return size;
  }

  /** Returns the names of the special tokens by id. */
  Map<Integer, String> special() {
    return switch (this) {
      case R50K_BASE, P50K_BASE -> Map.of(50_256, "<|endoftext|>");
      case CL100K_BASE ->
          Map.of(
              100_257, "<|endoftext|>",
              100_258, "<|fim_prefix|>",
              100_259, "<|fim_middle|>",
              100_260, "<|fim_suffix|>",
              100_276, "<|endofprompt|>");
      case O200K_BASE -> Map.of(199_999, "<|endoftext|>", 200_018, "<|endofprompt|>");
    };
  }
}
