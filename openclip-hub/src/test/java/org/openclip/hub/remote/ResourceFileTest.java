package org.openclip.hub.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchListener;
import org.openclip.api.spi.FetchOptions;

/** Weights that lie in a jar, which may be replaced while others hold it open. */
class ResourceFileTest {
  private static final String LARGE = "0123456789abcdef".repeat(200_000);

  @TempDir Path folder;
  private String url = "";

  @BeforeEach
  void pack() throws IOException {
    url = "jar:" + jar("models.jar", "old").toUri() + "!/p/w.safetensors";
  }

  private Path jar(String name, String text) throws IOException {
    Path jar = folder.resolve(name);
    try (FileSystem files = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
      Files.createDirectory(files.getPath("p"));
      Files.writeString(files.getPath("p/w.safetensors"), text);
    }
    return jar;
  }

  private ResourceFile file() {
    return ResourceFile.of(url, new FetchOptions(folder.resolve("c"), true, FetchListener.NONE));
  }

  private String text() {
    ByteBuffer bytes = file().read();
    assertThat(bytes.isDirect()).isTrue();
    return StandardCharsets.US_ASCII.decode(bytes).toString();
  }

  @Test
  void aReplacedJarIsReadAnew() throws IOException {
    assertThat(text()).isEqualTo("old");
    assertThat(file().fetch("w.safetensors")).hasContent("old");
    URI.create(url).toURL().openStream().close();

    Files.move(
        jar("new.jar", LARGE), folder.resolve("models.jar"), StandardCopyOption.REPLACE_EXISTING);

    assertThat(text()).isEqualTo(LARGE);
    assertThat(file().fetch("w.safetensors")).hasContent(LARGE);
  }

  @Test
  void whatIsNotThereIsSaid() {
    url = url.replace("w.safetensors", "none");

    assertThatThrownBy(this::text)
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("resource jar:file:")
        .hasMessageContaining("cannot be read");
  }
}
