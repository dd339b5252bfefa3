package org.openclip.hub.fingerprint;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.backend.Precision;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.hub.definition.ModelParts;
import org.openclip.hub.quantize.PrecisionChoice;
import org.openclip.hub.runtime.Lazy;
import org.openclip.hub.runtime.Resources;

/**
 * The text that is the same for models whose vectors can be compared. The weights are read from
 * their file anew for it, so that a model that nobody asks holds no more of them than it runs with.
 */
public final class ModelFingerprint {
  /** Changes when the same model shall have another fingerprint, for it computes other numbers. */
  private static final String VERSION = "oc1-";

  private static final int DIGITS = 40;

  /** What tells tokenizers apart: cases, contractions, accents, scripts, marks, digits, spaces. */
  private static final List<String> PROBES =
      List.of(
          "",
          "a photo of a cat",
          "A Diagram, of 2 DOGS; they'll sleep (we've 1,234.56 of them)!",
          "internationalisation antidisestablishmentarianism xqzjkvw",
          "  white\tspace \n and   more ",
          "Größe, naïve café, Þórr, Łódź, œuvre, ﬁne ½ ²",
          "Ελληνικά и кириллица, עברית العربية हिन्दी ไทย",
          "日本語のテキスト 中文字符 한국어",
          "😀 👩‍👩‍👧 ❤️ 🇫🇷 → ≠ ∑",
          "&amp; &lt;b&gt; <end_of_text> <|endoftext|> [SEP] </s> _x_ #tag @you a-b_c/d\\e",
          "the quick brown fox jumps over the lazy dog ".repeat(20));

  private final ModelParts parts;
  private final Lazy<Tokenizer> tokenizer;
  private final Precision precision;
  private final @Nullable Weights given;
  private final Optional<FileStamp> loaded;

  /**
   * Creates the fingerprint of a model; nothing is computed yet.
   *
   * @param given weights that are open; null for those of the parts
   */
  public ModelFingerprint(
      ModelParts parts, Lazy<Tokenizer> tokenizer, Precision precision, @Nullable Weights given) {
    this.parts = parts;
    this.tokenizer = tokenizer;
    this.precision = precision;
    this.given = given;
    this.loaded = given == null ? stamp() : Optional.empty();
  }

  /**
   * Returns the fingerprint of a model that is not loaded.
   *
   * @param given weights that are open; null for those of the parts
   */
  public static String of(ModelParts parts, PrecisionChoice precision, @Nullable Weights given) {
    Precision numbers;
    try (Resources resources = new Resources()) {
      numbers = precision.of(parts.unchecked(given, resources));
    }
    return new ModelFingerprint(parts, new Lazy<>(parts::tokenizer), numbers, given).compute();
  }

  private Optional<FileStamp> stamp() {
    return FileStamp.of(parts.weightsName());
  }

  private boolean current() {
    return given != null || loaded.equals(stamp());
  }

  public String compute() {
    Digest digest = new Digest();
    digest.add(weights());
    digest.addJson(parts.architecture().config().toJson());
    digest.addJson(parts.preprocessing().toJson());
    if (!parts.architecture().config().imageOnly()) {
      Tokens tokens = tokenizer.get().tokenize(PROBES);
      digest.add(tokens.size(), tokens.length()).add(tokens.toArray());
    }
    digest.add(precision.toString());
    return VERSION + digest.hex().substring(0, DIGITS);
  }

  private String weights() {
    Optional<String> key =
        loaded
            .filter(FileStamp::settled)
            .map(
                s ->
                    new Digest()
                        .add(s.text())
                        .addJson(parts.architecture().config().toJson())
                        .hex());
    Optional<String> noted = key.flatMap(HashNotes::find);
    if (noted.isPresent() && current()) {
      return noted.get();
    }
    try (Resources resources = new Resources()) {
      String hash = new Digest().add(parts.state(given, resources)).hex();
      if (!current()) {
        throw new InvalidFileException(
            parts.weightsName(),
            -1,
            "has changed since the model was loaded; load the model again");
      }
      key.ifPresent(k -> HashNotes.note(k, hash));
      return hash;
    }
  }
}
