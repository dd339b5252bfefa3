package org.openclip.hub.remote;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.tensor.Tensor;

/**
 * A resource beside a class: in a jar, in a nested jar, or in a runtime image. It is read as class
 * loaders read, so neither a file system of zip files nor a place to write is needed; and anew each
 * time, for the jar may have been replaced.
 *
 * @param url where {@code Class.getResource} found it
 * @param options where it is copied, if a file is asked for
 */
public record ResourceFile(URL url, FetchOptions options) implements ModelSource {
  private static final int AT_ONCE = 1 << 20;

  /**
   * Returns a file by the text of its URL.
   *
   * @throws InvalidInputException when it is none that this Java runtime opens
   */
  public static ResourceFile of(String url, FetchOptions options) {
    try {
      return new ResourceFile(URI.create(url).toURL(), options);
    } catch (IllegalArgumentException | MalformedURLException e) {
      throw new InvalidInputException(
          "'" + url + "' is not the URL of a resource: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the whole file.
   *
   * @return direct memory
   * @throws OpenClipException when it is not there, or too large for memory
   */
  public ByteBuffer read() {
    try {
      URLConnection connection = url.openConnection();
      connection.setUseCaches(false);
      try (InputStream in = connection.getInputStream();
          ReadableByteChannel channel = Channels.newChannel(in)) {
        return read(channel, connection.getContentLengthLong());
      }
    } catch (IOException | ArithmeticException e) {
      throw new OpenClipException("resource " + url + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static ByteBuffer read(ReadableByteChannel channel, long size) throws IOException {
    ByteBuffer bytes = Tensor.allocate(Math.max(size, AT_ONCE));
    while (true) {
      if (bytes.position() == size) {
        return bytes.flip();
      }
      if (!bytes.hasRemaining()) {
        bytes = Tensor.allocate(2L * bytes.capacity()).put(bytes.flip());
      }
      if (channel.read(bytes) < 0) {
        return bytes.flip();
      }
    }
  }

  private String name() {
    String path = url.getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Override
  public List<String> names() {
    return List.of(name());
  }

  @Override
  public Optional<String> chosen() {
    return Optional.of(name());
  }

  /** Returns a copy of the file, in the cache or else in a folder for this process alone. */
  @Override
  public Path fetch(String name) {
    ByteBuffer bytes = read();
    CRC32 sum = new CRC32();
    sum.update(bytes.duplicate());
    String version = bytes.remaining() + " " + sum.getValue();
    try {
      try {
        return RemoteCache.of(url.toString(), options)
            .keep(name, version, (part, target) -> write(bytes, part, target));
      } catch (IOException | OpenClipException e) {
        Path folder = Files.createTempDirectory("openclip-");
        folder.toFile().deleteOnExit();
        Path file = folder.resolve(name);
        file.toFile().deleteOnExit();
        write(bytes, folder.resolve(name + ".part"), file);
        return file;
      }
    } catch (IOException e) {
      throw ForeignFolder.unwritable(url.toString(), e);
    }
  }

  private static void write(ByteBuffer bytes, Path part, Path target) throws IOException {
    try {
      try (var channel = Files.newByteChannel(part, CREATE, TRUNCATE_EXISTING, WRITE)) {
        ByteBuffer rest = bytes.duplicate();
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
      }
      Files.move(part, target, REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  @Override
  public String toString() {
    return url.toString();
  }
}
