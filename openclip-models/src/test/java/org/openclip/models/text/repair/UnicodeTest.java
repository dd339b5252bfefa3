package org.openclip.models.text.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Texts become the same tokens in every Java runtime. The checksums are those of ICU's tables, 74.2
 * for Unicode 15.1 and 76.1 for Unicode 16.0.
 */
class UnicodeTest {
  /** Assigned in Unicode 15.0, surrogates aside. */
  private static final int ASSIGNED_IN_15 = 286_719;

  /** The letters of Unicode 16.0 that have a lower case, which Python 3.13 does not know. */
  private static final int[] LOWERED_SINCE_16 =
      IntStream.concat(
              IntStream.of(0x1C89, 0xA7CB, 0xA7CC, 0xA7DA, 0xA7DC),
              IntStream.rangeClosed(0x10D50, 0x10D65))
          .toArray();

  private static IntStream all() {
    return IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE);
  }

  private static String sum(String text) throws NoSuchAlgorithmException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static String kinds(IntUnaryOperator type) {
    return all()
        .mapToObj(
            c ->
                switch (type.applyAsInt(c)) {
                  case Character.UPPERCASE_LETTER,
                      Character.LOWERCASE_LETTER,
                      Character.TITLECASE_LETTER,
                      Character.MODIFIER_LETTER,
                      Character.OTHER_LETTER ->
                      "L";
                  case Character.DECIMAL_DIGIT_NUMBER,
                      Character.LETTER_NUMBER,
                      Character.OTHER_NUMBER ->
                      "N";
                  case Character.NON_SPACING_MARK,
                      Character.ENCLOSING_MARK,
                      Character.COMBINING_SPACING_MARK ->
                      "M";
                  default -> ".";
                })
        .collect(Collectors.joining());
  }

  @Test
  void lettersThatPythonDoesNotKnowStayAsTheyAre() {
    for (int c : LOWERED_SINCE_16) {
      String text = "A" + Character.toString(c);

      assertThat(PythonText.lower(text)).isEqualTo("a" + Character.toString(c));
    }
  }

  @Test
  void theLowerCaseOfEveryCharacterIsThatOfUnicode151() throws NoSuchAlgorithmException {
    String changed =
        all()
            .filter(c -> !PythonText.lower(Character.toString(c)).equals(Character.toString(c)))
            .mapToObj(
                c ->
                    Integer.toHexString(c)
                        + PythonText.lower(Character.toString(c))
                            .codePoints()
                            .mapToObj(l -> " " + Integer.toHexString(l))
                            .collect(Collectors.joining()))
            .collect(Collectors.joining("\n", "", "\n"));

    assertThat(changed.lines()).hasSize(1433);
    assertThat(sum(changed))
        .isEqualTo("d3d7078c8d979f1cacd953f163e313af27f45ad76d184495e53a373887b1c51a");
  }

  @Test
  void theKindOfEveryCharacterIsThatOfOneVersion() throws NoSuchAlgorithmException {
    assertThat(sum(kinds(Unicode::pythonType)))
        .isEqualTo("dfcd4b2bb0ce7e1798c6ac602898a7873adf9dd164886a543cddd5eb65cbf55f");
    assertThat(sum(kinds(Unicode::type)))
        .isEqualTo("486742a20899a9537694251f14508357aba96300a7f23dda9702a59a18d5b098");
  }

  @Test
  void everyCharacterThatThisRuntimeKnowsIsOf15OrListed() {
    long before =
        all()
            .filter(c -> Unicode.version(c) == 150 && Character.getType(c) != Character.UNASSIGNED)
            .count();

    assertThat(before)
        .as("Java knows a newer Unicode: add its characters to unicode-additions.txt")
        .isEqualTo(ASSIGNED_IN_15);
  }

  @Test
  void nothingComposesWithWhatPythonDoesNotKnow() {
    String kiratRai = Character.toString(0x16D67).repeat(2);

    assertThat(PythonText.compose("e\u0301 " + kiratRai + " e\u0301"))
        .isEqualTo("é " + kiratRai + " é");
    assertThat(PythonText.compose("\u1100\u1161")).isEqualTo("가");
    if (Character.getType(0x16D68) != Character.UNASSIGNED) {
      assertThat(Normalizer.normalize(kiratRai, Normalizer.Form.NFC)).isNotEqualTo(kiratRai);
    }
  }

  @Test
  void expressionsMeanTheSameWhateverTheRuntimeKnows() {
    String word = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    String garay = Character.toString(0x10D50);
    String beriaErfe = Character.toString(0x16EA0);

    assertThat(Pattern.compile(Unicode.pinned(word, 160)).matcher(garay + "a").matches()).isTrue();
    Pattern older = Pattern.compile(Unicode.pinned(word, 150));
    assertThat(older.matcher(garay + "a").matches()).isTrue();
    assertThat(older.matcher("a" + garay).matches()).isFalse();
    assertThat(older.matcher("éa").matches()).isTrue();
    Pattern newer = Pattern.compile(Unicode.pinned(word, 170));
    assertThat(newer.matcher("a" + beriaErfe).matches()).isTrue();
    assertThat(newer.matcher("1a").matches()).isFalse();
  }
}
