package org.openclip.models.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is given a new jar at the path of an old one reads the new one's files. */
@Tag("once")
class ModuleResourceTest {
  /** A class beside which a file lies. */
  public static final class Beside {
    private Beside() {}
  }

  @TempDir Path folder;

  private static byte[] bytes(Class<?> type) throws IOException {
    try (InputStream in =
        type.getClassLoader().getResourceAsStream(type.getName().replace('.', '/') + ".class")) {
      return in.readAllBytes();
    }
  }

  private Path jar(String name, String text) throws IOException {
    Path jar = folder.resolve(name);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry(Beside.class.getName().replace('.', '/') + ".class"));
      out.write(bytes(Beside.class));
      out.putNextEntry(new ZipEntry("org/openclip/models/resource/models.txt"));
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private static String read(URLClassLoader loader) throws Exception {
    Class<?> beside = loader.loadClass(Beside.class.getName());
    assertThat(beside).isNotSameAs(Beside.class);
    try (InputStream in = ModuleResource.open(beside, "models.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aReplacedJarIsReadAnew() throws Exception {
    Path jar = jar("plugin.jar", "old");
    URL[] urls = {jar.toUri().toURL()};
    ClassLoader parent = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader before = new URLClassLoader(urls, parent)) {
      assertThat(read(before)).isEqualTo("old");
      // What others read of it keeps the old jar open in the cache of the process.
      before.getResource("org/openclip/models/resource/models.txt").openStream().close();
      Files.move(jar("new.jar", "newer"), jar, StandardCopyOption.REPLACE_EXISTING);

      try (URLClassLoader after = new URLClassLoader(urls, parent)) {
        assertThat(read(after)).isEqualTo("newer");
      }
    }
  }
}
