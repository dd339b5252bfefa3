package org.openclip.hub.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class TableTest {
  private static List<String> print(Table table) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    table.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void namesStandToTheLeftAndNumbersToTheRight() {
    Table table = new Table();
    table.row(List.of("a", "1.5"));
    table.row(List.of("longer", "12.25"));
    table.head(List.of("name", "n"));

    assertThat(table.size()).isEqualTo(2);
    assertThat(print(table)).containsExactly("name        n", "a         1.5", "longer  12.25");
  }

  @Test
  void wideCharactersCountTwiceAndCombiningMarksNotAtAll() {
    Table table = new Table();
    table.row(List.of("猫", "1"));
    table.row(List.of("e\u0301e", "1"));
    table.row(List.of("🐈", "1"));

    assertThat(print(table)).containsExactly("猫  1", "e\u0301e  1", "🐈  1");
  }

  @Test
  void longTextsAreCutAtTheEndAndPathsAtTheStart() {
    assertThat(Terminal.cut("abcdefgh", 8)).isEqualTo("abcdefgh");
    assertThat(Terminal.cut("abcdefghi", 8)).isEqualTo("abcde...");
    assertThat(Terminal.cut("猫猫猫猫猫", 8)).isEqualTo("猫猫...");
    assertThat(Terminal.cutStart("photos/2024/cat.png", 12)).isEqualTo("...4/cat.png");
  }
}
