package org.openclip.hub.hf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.openclip.hub.http.Checksum;

/**
 * A file on its way to a repository.
 *
 * @param file where it lies
 * @param path its name in the repository
 * @param size how many bytes it has
 * @param sha256 their SHA-256 in hexadecimal
 */
record UploadFile(Path file, String path, long size, String sha256) {
  private static final int SAMPLE = 512;

  /** Reads a file through, for its checksum. */
  static UploadFile of(Path file, String path) throws IOException {
    return new UploadFile(file, path, Files.size(file), Checksum.sha256(file));
  }

  /** Returns the first bytes, by which the hub tells texts from binaries, in Base64. */
  String sample() throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      return Base64.getEncoder().encodeToString(bytes.readNBytes(SAMPLE));
    }
  }

  /** Returns all bytes in Base64. */
  String content() throws IOException {
    return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
  }

  /** Returns whether the hub's name of some bytes is that of this file's. */
  boolean sameAs(String oid) throws IOException {
    return oid.equals(sha256) || (oid.length() == 40 && oid.equals(Checksum.gitHash(file)));
  }
}
