package org.openclip.train.benchmark;

import java.util.Map;
import java.util.TreeSet;
import org.openclip.hub.cli.UsageException;

/**
 * The languages of NLLB-CLIP models, whose texts are marked with a code of NLLB such as {@code
 * fra_Latn}. CLIP_benchmark finds these models by their names, and takes short codes, too.
 */
final class NllbLanguages {
  private static final String MODELS = "nllb-clip";

  private static final Map<String, String> CODES =
      Map.ofEntries(
          Map.entry("ar", "arb_Arab"),
          Map.entry("bn", "ben_Beng"),
          Map.entry("cn", "zho_Hant"),
          Map.entry("cs", "ces_Latn"),
          Map.entry("da", "dan_Latn"),
          Map.entry("de", "deu_Latn"),
          Map.entry("el", "ell_Grek"),
          Map.entry("en", "eng_Latn"),
          Map.entry("es", "spa_Latn"),
          Map.entry("fa", "pes_Arab"),
          Map.entry("fi", "fin_Latn"),
          Map.entry("fil", "tgl_Latn"),
          Map.entry("fr", "fra_Latn"),
          Map.entry("he", "heb_Hebr"),
          Map.entry("hi", "hin_Deva"),
          Map.entry("hr", "hrv_Latn"),
          Map.entry("hu", "hun_Latn"),
          Map.entry("id", "ind_Latn"),
          Map.entry("it", "ita_Latn"),
          Map.entry("ja", "jpn_Jpan"),
          Map.entry("jp", "jpn_Jpan"),
          Map.entry("ko", "kor_Hang"),
          Map.entry("mi", "mri_Latn"),
          Map.entry("nl", "nld_Latn"),
          Map.entry("no", "nno_Latn"),
          Map.entry("pl", "pol_Latn"),
          Map.entry("pt", "por_Latn"),
          Map.entry("quz", "quy_Latn"),
          Map.entry("ro", "ron_Latn"),
          Map.entry("ru", "rus_Cyrl"),
          Map.entry("sv", "swe_Latn"),
          Map.entry("sw", "swh_Latn"),
          Map.entry("te", "tel_Telu"),
          Map.entry("th", "tha_Thai"),
          Map.entry("tr", "tur_Latn"),
          Map.entry("uk", "ukr_Cyrl"),
          Map.entry("vi", "vie_Latn"),
          Map.entry("zh", "zho_Hant"),
          Map.entry("zhm", "yue_Hant"));

  private NllbLanguages() {}

  /** Returns whether a model marks the language of its texts. */
  static boolean marks(String model) {
    return model.contains(MODELS);
  }

  /**
   * Returns NLLB's code of a language.
   *
   * @throws UsageException when it is neither such a code nor a short one that is known
   */
  static String code(String language) {
    String code = CODES.get(language);
    if (code != null) {
      return code;
    }
    if (language.matches("[a-z]{3}_[A-Z][a-z]{3}")) {
      return language;
    }
    throw new UsageException(
        "--language is '%s', but NLLB-CLIP models take %s and codes of NLLB such as fra_Latn"
            .formatted(language, new TreeSet<>(CODES.keySet())));
  }
}
