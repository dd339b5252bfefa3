package org.openclip.hub.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;

@Tag("once")
class ProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong(42);

  private Progress start(boolean terminal, long total) {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Environment environment = new Environment(stream, stream, PluginRegistry.create(), terminal);
    return Progress.start(environment, "pictures", total, clock::get);
  }

  private void after(long milliseconds) {
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(milliseconds));
  }

  private String drawn() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aTerminalShowsPartRateAndTimeLeftAndIsWipedInTheEnd() {
    String line = "[######------------------]  25% 100/400 pictures, 10.0/s, 00:30 left";
    try (Progress progress = start(true, 400)) {
      after(10_000);
      progress.advance(100);
      assertThat(drawn()).isEqualTo("\r" + line);
    }
    assertThat(drawn()).isEqualTo("\r" + line + "\r" + " ".repeat(line.length()) + "\r");
  }

  @Test
  void whatWasDoneBeforeIsNoPartOfTheRate() {
    try (Progress progress = start(true, 400)) {
      progress.skip(200);
      after(10_000);
      progress.advance(100);
      assertThat(drawn())
          .isEqualTo("\r[##################------]  75% 300/400 pictures, 10.0/s, 00:10 left");
    }
  }

  @Test
  void nothingIsDrawnForNobody() {
    try (Progress progress = start(false, 400)) {
      after(10_000);
      progress.advance(100);
      assertThat(progress.done()).isEqualTo(100);
    }
    assertThat(drawn()).isEmpty();
  }

  @Test
  void itIsDrawnTenTimesASecondAtMost() {
    try (Progress progress = start(true, 1000)) {
      for (int i = 0; i < 1000; i++) {
        after(1);
        progress.advance(1);
      }
      assertThat(drawn().chars().filter(c -> c == '\r')).hasSize(10);
    }
  }

  @Test
  void withoutATotalTheCountAndTheTimeAreShown() {
    try (Progress progress = start(true, -1)) {
      after(3_700_000);
      progress.advance(37_000);
      assertThat(drawn()).isEqualTo("\r37000 pictures, 10.0/s, 1:01:40");
    }
  }

  @Test
  void aShorterLineCoversTheLongerOneBeforeIt() {
    try (Progress progress = start(true, 100)) {
      after(3_700_000);
      progress.advance(1);
      String longer = drawn();
      assertThat(longer).endsWith(" 1/100 pictures, 0.0/s, 101:45:00 left");
      after(1_000);
      progress.advance(99);
      assertThat(drawn().substring(longer.length()))
          .matches("\r.* 100/100 pictures, 0\\.0/s, 00:00 left +")
          .hasSameSizeAs(longer);
    }
  }
}
