package org.openclip.models.text.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextRepairTest {
  private static final List<String> TEXTS =
      List.of("schöner Käse", "l'été à la plage", "日本語", "¿mañana? — sí", "一匹の猫");

  private static String misread(String text, String encoding) {
    return new String(text.getBytes(StandardCharsets.UTF_8), Charset.forName(encoding));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ISO-8859-1", "windows-1252", "windows-1250", "x-MacRoman", "IBM437"})
  void undoesAWrongDecoding(String encoding) {
    for (String text : TEXTS) {
      String damaged = misread(text, encoding);
      if (damaged.indexOf('\uFFFD') < 0) {
        assertThat(TextRepair.repair(damaged)).as("%s as %s", text, encoding).isEqualTo(text);
      }
    }
  }

  @Test
  void undoesTwoWrongDecodings() {
    String damaged = misread(misread("voilà", "ISO-8859-1"), "ISO-8859-1");

    assertThat(damaged).isNotEqualTo("voilà");
    assertThat(TextRepair.repair(damaged)).isEqualTo("voilà");
  }

  @ParameterizedTest
  @CsvSource({
    "âœ” No problems, ✔ No problems",
    "the coffee was â€œstrongâ€\u009d, 'the coffee was \"strong\"'",
    "itâ€™s 5Â°C, it's 5°C",
    "doesnÃ¢â‚¬â„¢t, doesn't",
    "Ð¿Ñ€Ð¸Ð²ÐµÑ‚, привет",
    "РїСЂРёРІРµС‚, привет",
    "ðŸ˜€ ok, 😀 ok",
    "voilÃ  le travail, voilà le travail",
    "Ã quelle heure, à quelle heure",
    "l’humanitÃ©, l'humanité",
    "ï¿½, \uFFFD",
    "it\u0092s, it's",
  })
  void repairsMojibake(String damaged, String repaired) {
    assertThat(TextRepair.repair(damaged)).isEqualTo(repaired);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain words",
        "ÀÉÎÕÜ are letters",
        "naïve café, fiancée",
        "Ångström and Æsop",
        "25 °C ± 2",
        "¡Olé! ¿Qué?",
        "ÃO é uma sílaba",
        "日本語の写真",
        "Ω≈ç√∫",
        "RESPECT™",
      })
  void leavesTextInOrderAlone(String text) {
    assertThat(TextRepair.repair(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "&lt;3 &amp; &eacute;, <3 & é",
    "&EACUTE;COLE, ÉCOLE",
    "&#233;&#xE9;, éé",
    "&#128;, €",
    "&eacute without semicolon, &eacute without semicolon",
    "&nosuch; &#;, &nosuch; &#;",
    "&amp;lt;, <",
    "<b>&amp;</b>, <b>&amp;</b>",
  })
  void decodesEntitiesThatAreClear(String text, String repaired) {
    assertThat(TextRepair.repair(text)).isEqualTo(repaired);
  }

  @ParameterizedTest
  @CsvSource({
    "‘a’ “b” „c‟ ‚d‛, '''a'' \"b\" \"c\" ''d'''",
    "ﬁne ﬂow ﬃ ﬄ ﬅ ﬆ ﬀ, fine flow ffi ffl ſt st ff",
    "ĳ Ǆ ǈ ŉ, ij DŽ Lj 'n",
    "ＦＵＬＬ　ｗｉｄｔｈ！, FULL width!",
    "ﾊﾛｰ, ハロー",
    "e\u0301 A\u030A, é Å",
    "\u212B \u2126, Å Ω",
  })
  void replacesQuotesLigaturesAndWidths(String text, String repaired) {
    assertThat(TextRepair.repair(text)).isEqualTo(repaired.replace("''", "'"));
  }

  @Test
  void removesControlsAndTerminalCodes() {
    assertThat(TextRepair.repair("\u001B[31;1mred\u001B[0m")).isEqualTo("red");
    assertThat(TextRepair.repair("\uFEFFa\u0000b\u0007c\u007Fd\u206Ae\uFFF9f")).isEqualTo("abcdef");
    assertThat(TextRepair.repair("a\tb\nc\fd")).isEqualTo("a\tb\nc\fd");
    assertThat(TextRepair.repair("a\r\nb\rc\u2028d\u2029e")).isEqualTo("a\nb\nc\nd\ne");
    // A control character of Latin-1 is one of Windows-1252, before it could be a line break.
    assertThat(TextRepair.repair("e\u0085")).isEqualTo("e…");
    assertThat(TextRepair.repair("zero\u200Bwidth\u00ADjoin"))
        .isEqualTo("zero\u200Bwidth\u00ADjoin");
  }

  @Test
  void replacesLoneSurrogates() {
    assertThat(TextRepair.repair("a\uD83Db\uDE00c")).isEqualTo("a\uFFFDb\uFFFDc");
    assertThat(TextRepair.repair("a\uD83D\uDE00c")).isEqualTo("a😀c");
  }

  @Test
  void repairsEachLineOnItsOwn() {
    assertThat(TextRepair.repair("schÃ¶n\nAÃO\n")).isEqualTo("schön\nAÃO\n");
  }

  @Test
  void takesNoEntitiesAfterATag() {
    assertThat(TextRepair.repair("&lt;\n<b>\n&lt;")).isEqualTo("<\n<b>\n&lt;");
  }
}
