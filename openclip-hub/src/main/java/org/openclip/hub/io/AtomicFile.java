package org.openclip.hub.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;

/** Writes files atomically: a file appears under its name only when it is complete. */
public final class AtomicFile {
  private AtomicFile() {}

  /** What writes the bytes. */
  public interface Content {
    /**
     * Writes everything from the channel's position on.
     *
     * @throws IOException when the channel does
     */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file beside its place, forces it to the disk and renames it; a failure leaves nothing,
   * and neither does a signal that ends the process.
   *
   * @throws OpenClipException when the disk is full or the folder cannot be written
   * @throws InterruptedCallException when the thread is interrupted
   */
  public static void write(Path file, Content content) {
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null) {
      throw new OpenClipException(file + " is a folder, but must be a file");
    }
    try {
      Files.createDirectories(folder);
      Path part = folder.resolve(absolute.getFileName() + "." + UUID.randomUUID() + ".part");
      UnfinishedFiles.ofProcess().add(part);
      try {
        try (FileChannel channel =
            FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
          content.writeTo(channel);
          channel.force(true);
        }
        move(part, absolute);
      } finally {
        Files.deleteIfExists(part);
        UnfinishedFiles.ofProcess().remove(part);
      }
    } catch (IOException e) {
      InterruptedCallException.check(file + " was written", e);
      throw new OpenClipException(file + " cannot be written: " + e, e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
