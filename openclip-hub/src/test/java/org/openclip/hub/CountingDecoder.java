package org.openclip.hub;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageDecoder;
import org.openclip.api.spi.ImageDecoderProvider;
import org.openclip.api.spi.PluginRegistry;

/**
 * A plugin that decodes a format of its own, {@code count NUMBER}, and counts how often it does.
 */
public final class CountingDecoder implements ImageDecoderProvider {
  static final AtomicInteger DECODED = new AtomicInteger();

  /** Creates the provider. */
  public CountingDecoder() {}

  /** Returns the plugins of the class path, and this. */
  static PluginRegistry plugins(Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(ImageDecoderProvider.class.getName()), CountingDecoder.class.getName());
    URL[] urls = {folder.toUri().toURL()};
    return PluginRegistry.of(new URLClassLoader(urls, CountingDecoder.class.getClassLoader()));
  }

  /** Writes a picture of a brightness from 0 to 255; others are refused when they are decoded. */
  static Path write(Path file, int brightness) throws IOException {
    return Files.writeString(file, "count " + brightness);
  }

  @Override
  public String name() {
    return "counting";
  }

  @Override
  public Set<String> endings() {
    return Set.of("count");
  }

  @Override
  public boolean accepts(byte[] head) {
    return new String(head, StandardCharsets.ISO_8859_1).startsWith("count ");
  }

  @Override
  public ImageDecoder create() {
    return (bytes, name) -> {
      DECODED.incrementAndGet();
      int level = Integer.parseInt(new String(bytes, 6, bytes.length - 6, StandardCharsets.UTF_8));
      if (level > 255) {
        throw new InvalidInputException(name + " is brighter than 255");
      }
      byte[] pixels = new byte[64 * 64 * 3];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) (level + i % 7);
      }
      return Image.rgb(64, 64, pixels);
    };
  }
}
