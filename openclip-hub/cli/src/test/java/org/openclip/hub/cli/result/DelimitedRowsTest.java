package org.openclip.hub.cli.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class DelimitedRowsTest {
  @Test
  void cellsAreQuotedWhereTheyMustBe() {
    assertThat(DelimitedRows.line(List.of("a,b", "say \"x\"", "two\nlines", 0.5f, ""), ','))
        .isEqualTo("\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",0.5,\n");
    assertThat(DelimitedRows.line(List.of("a,b", "c\td", " e"), '\t'))
        .isEqualTo("a,b\t\"c\td\"\t\" e\"\n");
  }
}
