package org.openclip.models.text.hf;

import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;

/**
 * The choice of the frame around texts. The file itself has one, but the reference's library lets
 * the configuration overrule it for tokenizers of some classes.
 *
 * @param file the tokenizer's file, for messages
 */
record Frames(Path file, TokenizerJson vocabulary, SpecialTokens special, NativeTokenizer pieces) {
  private static final String ENGLISH = "eng_Latn";

  /**
   * Returns the frame of the tokenizer's class.
   *
   * @param language the code of the texts' language for a tokenizer that marks it; empty for its
   *     default
   * @param stripSeparator whether separators become padding
   */
  Frame ofClass(String language, boolean stripSeparator) {
    Integer separator = stripSeparator ? Integer.valueOf(id("sep_token")) : null;
    String name = special.tokenizerClass();
    boolean marksLanguage =
        name.startsWith("Nllb") || (name.isEmpty() && vocabulary.id(ENGLISH) != null);
    if (marksLanguage) {
      int code = languageCode(language.isEmpty() ? special.string("src_lang", ENGLISH) : language);
      int end = id("eos_token");
      return special.bool("legacy_behaviour", false)
          ? frame(new int[0], new int[] {end, code}, separator)
          : frame(new int[] {code}, new int[] {end}, separator);
    }
    if (!language.isEmpty()) {
      throw new InvalidConfigException(
          "text_cfg.tokenizer_kwargs.language",
          "is " + language + ", but " + file + " has no language tokens; leave it out");
    }
    if (name.startsWith("Gemma") || name.startsWith("Llama")) {
      return frame(
          special.bool("add_bos_token", true) ? new int[] {id("bos_token")} : new int[0],
          special.bool("add_eos_token", false) ? new int[] {id("eos_token")} : new int[0],
          separator);
    }
    int[] bare = pieces.encode("a", false);
    int[] framed = pieces.encode("a", true);
    int start = 0;
    while (start + bare.length < framed.length
        && !Arrays.equals(framed, start, start + bare.length, bare, 0, bare.length)) {
      start++;
    }
    return frame(
        Arrays.copyOf(framed, start),
        Arrays.copyOfRange(framed, start + bare.length, framed.length),
        separator);
  }

  /**
   * Returns the frame of CLIPS (Liu et al. 2024, arXiv 2411.16828), whose class token is last.
   *
   * @param start the id that starts a text, for tokenizers without such a token as OpenVision's (Li
   *     et al. 2025, arXiv 2505.04601); null for the tokenizer's own
   * @param end the id that ends a text; null for the tokenizer's own
   */
  Frame clips(@Nullable Integer start, @Nullable Integer end) {
    return new Frame(
        new int[] {start == null ? id("bos_token") : start},
        new int[] {end == null ? id("eos_token") : end},
        id("pad_token"),
        id("cls_token"),
        null);
  }

  private Frame frame(int[] before, int[] after, @Nullable Integer replaced) {
    return new Frame(before, after, id("pad_token"), null, replaced);
  }

  private int languageCode(String language) {
    Integer id = vocabulary.id(language);
    if (id == null) {
      throw new InvalidConfigException(
          "text_cfg.tokenizer_kwargs.language",
          "is " + language + ", which is not in " + file + "; its codes are like " + ENGLISH);
    }
    return id;
  }

  /** Returns the id that ends a text; that of padding for TIPS, whose texts have no end. */
  int end() {
    Integer end = special.id("eos_token");
    if (end == null && special.tokenizerClass().startsWith("Tipsv2")) {
      return id("pad_token");
    }
    return end == null ? id("sep_token") : end;
  }

  private int id(String role) {
    Integer id = special.id(role);
    if (id == null) {
      throw new InvalidFileException(
          file.toString(),
          -1,
          "has no "
              + role
              + "; put the tokenizer_config.json that defines it into the same folder");
    }
    return id;
  }
}
