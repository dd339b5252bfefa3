package org.openclip.models.image.webp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.OpenClipException;
import org.openclip.models.image.ImageIoDecoderProvider;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.JavaProcess;

/** The library that decodes WebP is optional: without it, whoever needs it is told what to add. */
@Tag("once")
class MissingWebpTest {
  @TempDir Path folder;

  private String output(String... without) throws Exception {
    String path =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> Stream.of(without).noneMatch(entry::contains))
            .collect(Collectors.joining(File.pathSeparator));
    JavaProcess.Run run =
        new JavaProcess(folder)
            .classPath(path)
            .options("--enable-native-access=ALL-UNNAMED")
            .options("-Dopenclip.project=" + System.getProperty("openclip.project"))
            .run(Decoding.class);
    assertThat(run.code()).as(run.err()).isZero();
    return run.out();
  }

  @Test
  void otherPicturesAreDecodedWithoutIt() throws Exception {
    assertThat(output("webp-imageio", "kotlin")).contains("cat-small.png decoded");
  }

  @Test
  void aWebpPictureNamesTheLibrary() throws Exception {
    assertThat(output("webp-imageio", "kotlin"))
        .contains("cat-small.webp is a WebP picture", "add com.github.usefulness:webp-imageio");
  }

  @Test
  void aWebpPictureNamesWhatTheLibraryNeeds() throws Exception {
    assertThat(output("kotlin-stdlib"))
        .contains("cat-small.webp is a WebP picture", "and its dependencies", "kotlin/");
  }

  /** A program that decodes two pictures and prints what is said when it cannot. */
  static final class Decoding {
    private Decoding() {}

    @SuppressWarnings("SystemOut") // a program of its own, whose output the test reads
    public static void main(String[] arguments) throws IOException {
      Path pictures = Fixtures.path("preprocess/images");
      for (String name : new String[] {"cat-small.png", "cat-small.webp"}) {
        try {
          new ImageIoDecoderProvider()
              .create()
              .decode(Files.readAllBytes(pictures.resolve(name)), name);
          System.out.println(name + " decoded");
        } catch (OpenClipException e) {
          System.out.println(e.getMessage());
        }
      }
    }
  }
}
