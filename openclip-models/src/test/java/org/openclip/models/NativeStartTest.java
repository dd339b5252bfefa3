package org.openclip.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.OpenClipException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.models.image.ImageIoDecoderProvider;
import org.openclip.models.text.ClipTokenizerProvider;
import org.openclip.models.text.hf.HfTokenizerProvider;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.JavaProcess;

/** How the native code of tokenizers and WebP is loaded, or the remedy is named. */
@Tag("once")
class NativeStartTest {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path folder;

  private JavaProcess java() throws IOException {
    Path cache = Files.createDirectories(folder.resolve("cache"));
    return new JavaProcess(folder)
        .options("-Dcom.luciad.imageio.webp.tmpdir=" + cache)
        .options("-Dopenclip.project=" + Fixtures.project())
        .environment("DJL_CACHE_DIR", cache.toString());
  }

  private JavaProcess.Run mounted(String options) throws Exception {
    assumeTrue(JavaProcess.canMount(), "no right to mount here");
    return java()
        .options(NATIVE_ACCESS)
        .mounting("mount -t tmpfs -o " + options + " tmpfs " + folder.resolve("cache"))
        .run(Loading.class);
  }

  /** Asserts that both attempts of a process name the remedies. */
  private static void assertThatRemediesAreNamed(JavaProcess.Run run, String... words) {
    assertThat(run.out().lines().filter(line -> line.startsWith("webp: ")))
        .as(run.out() + run.err())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains(words).contains("save cat as PNG"));
    assertThat(run.out().lines().filter(line -> line.startsWith("tokenizer: ")))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains(words))
        .noneSatisfy(line -> assertThat(line).contains("add ai.djl"));
  }

  @Test
  void bothRun() throws Exception {
    JavaProcess.Run run = java().options(NATIVE_ACCESS).run(Loading.class);

    assertThat(run.out()).as(run.err()).isEmpty();
    assertThat(run.code()).isZero();
  }

  @Test
  void aFolderWithoutTheRightToRunCodeIsNamed() throws Exception {
    JavaProcess.Run run = mounted("noexec");

    assertThatRemediesAreNamed(run, "/cache", "which does not allow executable code");
    assertThat(run.out())
        .contains("DJL_CACHE_DIR", "RUST_LIBRARY_PATH", "-Dcom.luciad.imageio.webp.tmpdir=");
  }

  @Test
  void aReadOnlyFolderIsNamed() throws Exception {
    assertThatRemediesAreNamed(mounted("ro"), "/cache", "which ", "folder that is writable");
  }

  @Test
  void deniedNativeAccessIsNamed() throws Exception {
    assumeTrue(Runtime.version().feature() >= 24, "Java does not deny it before 24");

    assertThatRemediesAreNamed(
        java().options("--illegal-native-access=deny").run(Loading.class),
        "Java denies access to native code",
        "--enable-native-access=ALL-UNNAMED");
  }

  /** A program that loads both libraries, twice, and prints what is said when it cannot. */
  static final class Loading {
    private Loading() {}

    public static void main(String[] arguments) throws IOException {
      Path model = Files.createDirectory(Path.of("clip-files"));
      Tokenizer clip = new ClipTokenizerProvider().create(TokenizerContext.of(Map.of(), 77));
      for (Map.Entry<String, byte[]> file : clip.files().entrySet()) {
        Files.write(model.resolve(file.getKey()), file.getValue());
      }
      byte[] picture = Files.readAllBytes(Fixtures.path("preprocess/images/cat-small.webp"));
      for (int attempt = 0; attempt < 2; attempt++) {
        try {
          new HfTokenizerProvider()
              .create(
                  TokenizerContext.of(Map.of("hf_tokenizer_name", "clip"), 77)
                      .withModelFolder(model));
        } catch (OpenClipException e) {
          System.out.println("tokenizer: " + e.getMessage());
        }
        try {
          new ImageIoDecoderProvider().create().decode(picture, "cat");
        } catch (OpenClipException e) {
          System.out.println("webp: " + e.getMessage());
        }
      }
    }
  }
}
