package org.openclip.train.benchmark.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values, as CPython 3.11 writes them. */
class PythonReprTest {
  @Test
  void listsAndMapsAreInTheNotationOfPython() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("b", List.of());
    map.put("a", Map.of());
    assertThat(PythonRepr.text(Arrays.asList(1, 2.5, null, true, Double.NaN, "x'y")))
        .isEqualTo("[1, 2.5, None, True, nan, \"x'y\"]");
    assertThat(PythonRepr.text(map)).isEqualTo("{'b': [], 'a': {}}");
  }

  @Test
  void textsAreQuotedAndEscaped() {
    assertThat(PythonRepr.text("it's")).isEqualTo("it's");
    assertThat(PythonRepr.of("both ' and \"")).isEqualTo("'both \\' and \"'");
    assertThat(PythonRepr.of("\u00a0\u200b\u0001\u007f\u2028😀é\t"))
        .isEqualTo("'\\xa0\\u200b\\x01\\x7f\\u2028😀é\\t'");
  }

  @Test
  void numbersAreThoseOfCsvFiles() {
    assertThat(PythonRepr.text(Double.NEGATIVE_INFINITY)).isEqualTo("-inf");
    assertThat(PythonRepr.text(1e-7)).isEqualTo("1e-07");
    assertThat(PythonRepr.text(false)).isEqualTo("False");
    assertThat(PythonRepr.text(7)).isEqualTo("7");
  }
}
