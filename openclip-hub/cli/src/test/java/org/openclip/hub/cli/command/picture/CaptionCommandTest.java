package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

class CaptionCommandTest {
  private static final String PICTURE = Fixtures.path("preprocess/images/cat-small.png").toString();

  @TempDir Path folder;

  @Test
  void writesALineForEachPicture() {
    String words = TinyModels.write(folder.resolve("words"), TinyModels.coca(49408));
    CommandLineRun run =
        CommandLineRun.of(
            "caption", PICTURE, PICTURE, "-m", words, "--max-length", "8", "--format", "json");

    assertThat(run.code()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(2).allMatch(line -> line.contains("\"caption\":\""));
    assertThat(lines.get(0)).isEqualTo(lines.get(1));
  }

  @Test
  void writesATableAndLeavesBadPicturesOut() throws IOException {
    String words = TinyModels.write(folder.resolve("words-too"), TinyModels.coca(49408));
    Path bad = Files.writeString(folder.resolve("bad.png"), "no picture");
    Path list = Files.writeString(folder.resolve("list"), bad + "\0" + PICTURE + "\0");
    Path file = folder.resolve("captions.csv");
    CommandLineRun run =
        CommandLineRun.of(
            "caption",
            PICTURE,
            "--images-from",
            list.toString(),
            "-0",
            "--skip-bad",
            "-m",
            words,
            "--max-length",
            "8",
            "-o",
            file.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("openclip: skipped: " + bad).hasLineCount(1);
    assertThat(Files.readString(file))
        .startsWith("image,caption\n" + PICTURE + ",")
        .contains("\n" + PICTURE + ",")
        .hasLineCount(3);
  }

  @Test
  void refusesAModelWithoutADecoder() {
    String plain = TinyModels.write(folder.resolve("plain"));

    CommandLineRun run = CommandLineRun.of("caption", PICTURE, "--model", plain);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("has no caption decoder").contains("coca_ViT-L-14");
    assertThat(CommandLineRun.of("caption", PICTURE, "--top-k", "3", "--top-p", "0.5").code())
        .isEqualTo(2);
  }
}
