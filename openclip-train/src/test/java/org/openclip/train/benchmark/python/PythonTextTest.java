package org.openclip.train.benchmark.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PythonTextTest {
  @Test
  void numbersAreWrittenAsReprDoes() {
    assertThat(
            List.of(0.55, 1.0, 0.0, -0.0, 100.0, 1e16, 123456789012345680.0, 1e-4, 1.5e-5, 1e22)
                .stream()
                .map(PythonText::number))
        .containsExactly(
            "0.55",
            "1.0",
            "0.0",
            "-0.0",
            "100.0",
            "1e+16",
            "1.2345678901234568e+17",
            "0.0001",
            "1.5e-05",
            "1e+22");
    assertThat(PythonText.number(Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
  }

  @Test
  void jsonIsWrittenAsJsonDumpDoes() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("a", List.of("é\"\\\n", 1, true));
    object.put("b", null);
    object.put("c", Map.of());
    object.put("d", Double.NaN);
    assertThat(PythonText.json(object))
        .isEqualTo(
            "{\"a\": [\"\\u00e9\\\"\\\\\\n\", 1, true], \"b\": null, \"c\": {}, \"d\": NaN}");
  }

  @Test
  void linesAreCutAsSplitlinesDoes() {
    assertThat(PythonText.lines("a\r\nb\u2028\n c\rd\u000be\n"))
        .containsExactly("a", "b", "", " c", "d", "e");
    assertThat(PythonText.lines("")).isEmpty();
    assertThat(PythonText.lines("\n")).containsExactly("");
  }

  @Test
  void whiteSpaceIsThatOfPython() {
    assertThat(PythonText.strip("\u00a0\u2007 a\u00a0b \u001c\u0085\u202f")).isEqualTo("a\u00a0b");
    assertThat(PythonText.strip("\ufeffa\u200b")).isEqualTo("\ufeffa\u200b");
    assertThat(PythonText.strip(" \t")).isEmpty();
  }
}
