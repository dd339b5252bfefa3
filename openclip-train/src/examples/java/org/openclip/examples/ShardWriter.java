package org.openclip.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes samples into a tar shard, as WebDataset stores them. */
public final class ShardWriter implements AutoCloseable {
  private final TarArchiveOutputStream tar;

  /** Creates a shard. */
  public ShardWriter(Path file) throws IOException {
    tar = new TarArchiveOutputStream(Files.newOutputStream(file));
  }

  /** Adds a picture and its caption under one name. */
  public void add(String name, byte[] png, String caption) throws IOException {
    add(name + ".png", png);
    add(name + ".txt", caption.getBytes(StandardCharsets.UTF_8));
  }

  private void add(String name, byte[] bytes) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
