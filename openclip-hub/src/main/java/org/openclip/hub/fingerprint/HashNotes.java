package org.openclip.hub.fingerprint;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.openclip.api.OpenClipException;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.Variables;

/**
 * Hashes that were computed once, noted in the folder {@code openclip/hashes} of the user's caches.
 * Where there is no such folder, or it cannot be written, nothing is noted.
 */
public final class HashNotes {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private HashNotes() {}

  private static Optional<Path> file(String key) {
    return Variables.caches()
        .map(caches -> caches.resolve("openclip").resolve("hashes").resolve(key));
  }

  /**
   * Returns what was noted.
   *
   * @param key a hash of all that the noted one depends on
   */
  public static Optional<String> find(String key) {
    return file(key)
        .filter(Files::isRegularFile)
        .flatMap(HashNotes::read)
        .filter(hash -> HASH.matcher(hash).matches());
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Notes a hash, where that is possible. */
  public static void note(String key, String hash) {
    file(key)
        .ifPresent(
            file -> {
              try {
                AtomicFile.write(
                    file,
                    channel ->
                        Channels.newOutputStream(channel)
                            .write(hash.getBytes(StandardCharsets.US_ASCII)));
              } catch (OpenClipException e) {
                System.getLogger(HashNotes.class.getName())
                    .log(
                        Level.DEBUG,
                        "the hash of the weights cannot be cached: {0}",
                        e.getMessage());
              }
            });
  }
}
