package org.openclip.train.benchmark.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidInputException;

/** Templates, as CPython 3.11 fills them in. */
class PythonFormatTest {
  private static String fill(String template, String name) {
    return PythonFormat.fill(template, Map.of("c", name));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "a {c} of {{c}} {c}|a dog of {c} dog",
        "{{{c}}}|{dog}",
        "}}{{|}{",
        "{c!r}|'dog'",
        "{c!s:>6}|   dog",
        "{c:<6}.|dog   .",
        "{c:^6}.| dog  .",
        "{c:*^8}|**dog***",
        "{c:<<5}|dog<<",
        "{c:.2}|do",
        "{c:>5.2}|   do",
        "{c:06}|dog000",
        "{c:>06}|000dog",
        "{c:5s}.|dog  .",
        "{c:2}|dog",
        "{c:😀>5}|😀😀dog",
        "{c:}|dog"
      })
  void isThatOfPython(String template, String filled) {
    assertThat(fill(template, "dog")).isEqualTo(filled);
  }

  @Test
  void lengthsAreThoseOfCharactersAndConversionsEscape() {
    assertThat(fill("{c:>3}", "😀")).isEqualTo("  😀");
    assertThat(fill("{c:.1}", "😀x")).isEqualTo("😀");
    assertThat(fill("{c!a}", "é\u2028😀'")).isEqualTo("\"\\xe9\\u2028\\U0001f600'\"");
    assertThat(fill("{c!r}", "é\u00a0\n\"'\\")).isEqualTo("'é\\xa0\\n\"\\'\\\\'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{d}",
        "{c",
        "c}",
        "{c.upper}",
        "{c[0]}",
        "{0}",
        "{c:d}",
        "{c!x}",
        "{ c }",
        "{c:{c}}",
        "{c:=5}",
        "{c:+}",
        "{"
      })
  void whatCannotBeFilledInIsNamed(String template) {
    assertThatThrownBy(() -> fill(template, "dog"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("template '" + template + "' has ");
  }
}
