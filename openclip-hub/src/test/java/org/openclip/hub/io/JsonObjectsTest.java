package org.openclip.hub.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidFileException;

class JsonObjectsTest {
  private static Map<String, Object> parse(String json) {
    return JsonObjects.parse("x.json", 0, json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsWrittenIsReadBackNullIncluded() {
    // null and absent differ in the reference's configurations: "timm_proj": null is no projection
    Map<String, Object> object =
        parse("{\"b\": null, \"a\": [1, 2.5, true, \"ü\", {\"c\": []}], \"n\": 9007199254740993}");

    assertThat(parse(JsonObjects.write(object))).isEqualTo(object);
    assertThat(parse(JsonObjects.writeCompact(object))).isEqualTo(object);
    assertThat(object.keySet()).containsExactly("b", "a", "n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "3",
        "{",
        "{\"a\": 1,}",
        "{\"a\": 1, \"a\": 2}",
        "{} x",
        "{}{}",
        "{'a': 1}",
        "{\"a\": NaN}"
      })
  void whatIsNoSingleObjectIsRefused(String json) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("x.json");
  }

  @Test
  void theErrorSaysWhere() {
    assertThatThrownBy(() -> parse("{\n  \"a\": 1,\n  \"a\": 2\n}"))
        .hasMessageContaining("line 3")
        .hasMessageContaining("Duplicate");
  }
}
