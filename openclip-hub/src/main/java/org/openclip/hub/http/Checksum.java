package org.openclip.hub.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The expected checksum of a file.
 *
 * @param kind how they are added up
 * @param hex the sum, or its first digits, in hexadecimal; empty when anything will do
 */
public record Checksum(Kind kind, String hex) {
  /** How the bytes of a file are added up. */
  public enum Kind {
    /** SHA-256 of the bytes, by which hubs know large files. */
    SHA_256,
    /**
     * Git's name of a file, SHA-1 of {@code blob}, the size and the bytes, by which hubs know small
     * files; a mirror's plain SHA-1 is taken, too.
     */
    GIT
  }

  /** No checksum at all. */
  public static final Checksum NONE = new Checksum(Kind.SHA_256, "");

  /** Brings the digits to lower case. */
  public Checksum {
    hex = hex.toLowerCase(Locale.ROOT);
  }

  /** Returns the checksum that a hub's ETag is; {@link #NONE} for an ETag of another kind. */
  public static Checksum ofEtag(String etag) {
    if (etag.matches("[0-9a-fA-F]{64}")) {
      return new Checksum(Kind.SHA_256, etag);
    }
    return etag.matches("[0-9a-fA-F]{40}") ? new Checksum(Kind.GIT, etag) : NONE;
  }

  /**
   * Returns what is wrong with a file; empty when it is as it must be.
   *
   * @throws IOException when it cannot be read
   */
  public Optional<String> problem(Path file) throws IOException {
    if (hex.isEmpty()) {
      return Optional.empty();
    }
    String found = kind == Kind.SHA_256 ? digest(file, "SHA-256", "") : gitHash(file);
    if (found.startsWith(hex) || (kind == Kind.GIT && digest(file, "SHA-1", "").startsWith(hex))) {
      return Optional.empty();
    }
    return Optional.of(
        "its %s is %s, but must be %s"
            .formatted(kind == Kind.SHA_256 ? "SHA-256" : "git hash", found, hex));
  }

  /** Returns Git's hash of a file in hexadecimal. */
  public static String gitHash(Path file) throws IOException {
    return digest(file, "SHA-1", "blob " + Files.size(file) + "\0");
  }

  /** Returns the SHA-256 of a file in hexadecimal. */
  public static String sha256(Path file) throws IOException {
    return digest(file, "SHA-256", "");
  }

  private static String digest(Path file, String algorithm, String head) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has " + algorithm, e);
    }
    digest.update(head.getBytes(StandardCharsets.US_ASCII));
    try (InputStream bytes = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 18];
      for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
