package org.openclip.hub.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** What files hold never steers a terminal. */
@Tag("once")
class PrintableTest {
  private static final String EVIL = "\u001b]0;owned\u0007\u009b31m\rx\u202etxt\u007f";
  private static final String SHOWN = "\\x1b]0;owned\\x07\\x9b31m\\rx\\u202etxt\\x7f";

  @TempDir Path folder;

  private static void assertHarmless(String text) {
    assertThat(text.replace("\n", "").chars())
        .noneMatch(c -> Character.isISOControl(c) || c == 0x202e);
  }

  @Test
  void controlCharactersAreShownAsEscapes() {
    assertThat(Printable.line("a\tb\nc" + EVIL)).isEqualTo("a\\tb\\nc" + SHOWN);
    assertThat(Printable.lines("a\tb\r\nc" + EVIL)).isEqualTo("a\tb\r\nc" + SHOWN);
    String harmless = "Kätzchen 猫 👩‍👩‍👧 \\n";
    assertThat(Printable.line(harmless)).isSameAs(harmless);
  }

  @Test
  void bytesOfTheLogAreEscapedInPiecesToo() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintableBytes out = new PrintableBytes(bytes);
    for (byte b :
        ("ä\n" + EVIL.replace("\u202e", "").replace("\r", "")).getBytes(StandardCharsets.UTF_8)) {
      out.write(new byte[] {b});
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("ä\n" + SHOWN.replace("\\u202e", "").replace("\\r", ""));
  }

  @Test
  void everyWayToPrintIsGuardedAndBytesPass() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintableStream(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    Object object =
        new Object() {
          @Override
          public String toString() {
            return "\u001b3";
          }
        };
    out.println("\u001b1");
    out.print("\u001b2".toCharArray());
    out.println(object);
    out.printf("%s%n", "\u001b4");
    out.append("\u001b5").append('\u001b');
    out.print('\u001b');
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("\\x1b1%n\\x1b2\\x1b3%n\\x1b4%n\\x1b5\\x1b\\x1b".formatted());
    bytes.reset();
    out.writeBytes(new byte[] {0x1b});
    assertThat(bytes.toByteArray()).containsExactly(0x1b);
  }

  @Test
  void namesAndContentsInMessagesAndTablesAreHarmless() throws IOException {
    String model = TinyModels.write(folder.resolve("tiny"));
    String name = EVIL.replace("/", "") + ".png";
    Path bad = Files.writeString(folder.resolve(name), "no picture");
    Path labels = Files.writeString(folder.resolve("labels"), "a" + EVIL.replace("\r", "") + "\nb");
    Path cat = Files.copy(Fixtures.path("preprocess/images/cat.png"), folder.resolve("c" + name));

    CommandLineRun message = CommandLineRun.of("embed", "-m", model, bad.toString());
    CommandLineRun skipped =
        CommandLineRun.of("embed", "-m", model, folder.toString(), "--skip-bad");
    CommandLineRun table =
        CommandLineRun.of("classify", "-m", model, cat.toString(), "-l", labels.toString());
    CommandLineRun cosines = CommandLineRun.of("similarity", "-m", model, cat.toString());
    CommandLineRun json =
        CommandLineRun.of(
            "classify", "-m", model, cat.toString(), "-l", labels.toString(), "-f", "json");
    CommandLineRun usage = CommandLineRun.of("classify", cat.toString(), "x", "--top", EVIL);
    CommandLineRun unknown = CommandLineRun.of("models" + EVIL);
    CommandLineRun config = CommandLineRun.of("info", EVIL);

    assertThat(message.code()).isEqualTo(1);
    assertThat(message.err()).contains(SHOWN);
    assertThat(skipped.err()).contains("openclip: skipped: ", SHOWN);
    assertThat(table.out()).contains(SHOWN + ".png");
    assertThat(cosines.code()).isZero();
    assertThat(json.objects().get(0)).containsEntry("image", cat.toString());
    for (CommandLineRun run :
        new CommandLineRun[] {message, skipped, table, cosines, usage, unknown, config}) {
      assertHarmless(run.err());
    }
    assertHarmless(table.out());
    assertHarmless(cosines.out());
  }
}
