package org.openclip.search.facts;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.InvalidInputException;

/**
 * What an index knows of a picture besides its vector.
 *
 * @param path where it lies, which is also its key: absolute, or a URI in other file systems
 * @param size of its file, in bytes
 * @param modified the time of its file's last change, in milliseconds since 1970
 * @param hash the SHA-256 of its file as hexadecimal digits; empty when nobody knows
 * @param caption words about it; empty for none
 * @param tags short names of kinds that it is one of
 * @param fields further facts: strings, numbers and booleans by their names
 */
public record IndexedPicture(
    String path,
    long size,
    long modified,
    String hash,
    String caption,
    List<String> tags,
    Map<String, Object> fields) {
  /** Copies list and map; the map is sorted by name. */
  public IndexedPicture {
    if (path.isEmpty()) {
      throw new InvalidInputException("an indexed picture needs a path");
    }
    tags = List.copyOf(tags);
    fields = Collections.unmodifiableMap(new TreeMap<>(fields));
  }

  /** Returns a picture of which nothing is known but where it lies. */
  public static IndexedPicture at(String path) {
    return new IndexedPicture(path, -1, -1, "", "", List.of(), Map.of());
  }

  /** Returns this with words about it. */
  public IndexedPicture withCaption(String words) {
    return new IndexedPicture(path, size, modified, hash, words, tags, fields);
  }

  /** Returns this with tags. */
  public IndexedPicture withTags(List<String> names) {
    return new IndexedPicture(path, size, modified, hash, caption, names, fields);
  }

  /** Returns this with further facts: strings, numbers and booleans. */
  public IndexedPicture withFields(Map<String, Object> facts) {
    return new IndexedPicture(path, size, modified, hash, caption, tags, facts);
  }

  /** Returns this with what is known of its file. */
  public IndexedPicture withFile(long bytes, long time, String sha256) {
    return new IndexedPicture(path, bytes, time, sha256, caption, tags, fields);
  }
}
