package org.openclip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.Main;
import org.openclip.testkit.JavaProcess;

/** What happens to the process that writes an index. */
@Tag("once")
@Timeout(180)
class KilledIndexTest {
  @TempDir Path folder;

  private Path photos() throws IOException {
    Path photos = folder.resolve("photos");
    List<Path> goldens = Pictures.goldens();
    for (int i = 0; i < 120; i++) {
      Path golden = goldens.get(i % goldens.size());
      Pictures.copy(golden, photos, i + "-" + golden.getFileName());
    }
    return photos;
  }

  private static long size(Path index) {
    if (!PictureIndex.exists(index)) {
      return 0;
    }
    try (PictureIndex open = PictureIndex.open(index)) {
      return open.size();
    }
  }

  @Test
  void whatWasCommittedStaysAndTheNextRunEndsTheSame() throws Exception {
    Path photos = photos();
    Path index = folder.resolve("killed");
    Process process =
        new JavaProcess(folder)
            .options("-Xmx512m", "--enable-native-access=ALL-UNNAMED")
            .environment("ORT_DISABLE_TELEMETRY", "1")
            .start(
                Main.class,
                "index",
                photos.toString(),
                "-o",
                index.toString(),
                "--batch",
                "2",
                "--threads",
                "1",
                "--commit-every",
                "2");
    try {
      long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
      while (size(index) < 6 && process.isAlive() && System.nanoTime() < end) {
        Thread.sleep(5);
      }
      assertThat(process.isAlive()).as(Files.readString(folder.resolve("err"))).isTrue();
      // While it writes, nobody else does.
      Pictures.Ran second = Pictures.run("index", photos, "-o", index);
      assertThat(second.code()).isEqualTo(1);
      assertThat(second.err()).contains("is being written by another process");
    } finally {
      process.destroyForcibly().waitFor();
    }
    long kept = size(index);
    assertThat(kept).isBetween(6L, 119L);

    Pictures.Ran again = Pictures.run("index", photos, "-o", index, "-f", "json");

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.object()).containsEntry("unchanged", (int) kept);
    Path whole = folder.resolve("whole");
    assertThat(Pictures.run("index", photos, "-o", whole).code()).isZero();
    assertThat(Pictures.contents(index)).isEqualTo(Pictures.contents(whole)).hasSize(120);
  }

  @Test
  void aFullDiskIsSaidAndKeepsWhatWasCommitted() throws Exception {
    assumeTrue(JavaProcess.canMount());
    Path photos = photos();
    Path disk = Files.createDirectory(folder.resolve("disk"));
    JavaProcess.Run run =
        new JavaProcess(folder)
            .mounting("mount -t tmpfs -o size=400k tmpfs " + disk)
            .options("-Xmx512m", "--enable-native-access=ALL-UNNAMED")
            .environment("ORT_DISABLE_TELEMETRY", "1")
            .run(FullDisk.class, photos.toString(), disk.resolve("index").toString());

    assertThat(run.err())
        .contains("cannot be written")
        .containsPattern("[Nn]o space left")
        .contains("earlier commits are kept");
    assertThat(run.out().strip()).matches("code 1, [1-9]\\d* pictures");
  }

  /** Fills a small disk and says what the index holds then. */
  static final class FullDisk {
    private FullDisk() {}

    public static void main(String[] arguments) {
      Path index = Path.of(arguments[1]);
      Pictures.Ran run =
          Pictures.run("index", arguments[0], "-o", index, "--batch", "4", "--commit-every", "4");
      System.err.print(run.err());
      System.out.println("code " + run.code() + ", " + size(index) + " pictures");
    }
  }
}
