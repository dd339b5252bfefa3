package org.openclip.models.text.hf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.text.TokenizerContext;

/** Applications in one JVM, each with its own class loader and its own jars. */
@Tag("once")
class SecondClassLoaderTest {
  @TempDir static Path folder;

  @BeforeAll
  static void copyFile() {
    HfIds.folder(folder, HfIds.fetched("bert/all-minilm-l6-v2-q-tokenizer.json"));
  }

  /** What an application does. */
  public static final class Application {
    private Application() {}

    /** Returns the ids of a text. */
    public static int[] encode(String folder, String text) {
      return new HfTokenizerProvider()
          .create(
              TokenizerContext.of(Map.of("hf_tokenizer_name", "bert-base-uncased"), 32)
                  .withModelFolder(Path.of(folder)))
          .encode(text);
    }
  }

  private static int[] encodeInNewLoader(String text) throws Exception {
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      path.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> application = loader.loadClass(Application.class.getName());
      int[] first = encode(application, text);
      assertThat(encode(application, text)).isEqualTo(first);
      return first;
    }
  }

  private static int[] encode(Class<?> application, String text) throws Exception {
    return (int[])
        application
            .getMethod("encode", String.class, String.class)
            .invoke(null, folder.toString(), text);
  }

  @Test
  void eachClassLoaderGetsALibrary() throws Exception {
    int[] here = Application.encode(folder.toString(), "a photo of a cat");

    assertThat(here).isNotEmpty();
    assertThat(encodeInNewLoader("a photo of a cat")).isEqualTo(here);
    assertThat(encodeInNewLoader("a photo of a cat")).isEqualTo(here);
    assertThat(Application.encode(folder.toString(), "a photo of a cat")).isEqualTo(here);
  }

  @Test
  void aFailureOfAnotherKindIsNoLibraryOfAnotherLoader() {
    UnsatisfiedLinkError taken =
        new UnsatisfiedLinkError(
            "Native Library /a b/libtokenizers.so already loaded in another classloader");

    assertThat(LibraryCopy.taken(new IllegalStateException("x", taken)))
        .isEqualTo(Path.of("/a b/libtokenizers.so"));
    assertThat(LibraryCopy.taken(new NoClassDefFoundError("x: " + taken))).isNotNull();
    assertThat(LibraryCopy.taken(new UnsatisfiedLinkError("no such file"))).isNull();
    assertThat(LibraryCopy.taken(new IllegalStateException(taken.getMessage()))).isNull();
  }
}
