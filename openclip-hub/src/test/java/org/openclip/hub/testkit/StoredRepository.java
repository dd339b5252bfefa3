package org.openclip.hub.testkit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** A repository as a hub keeps it: commits, branches, and files that are large or small. */
public final class StoredRepository {
  /** A file; large ones lie in another place, by their SHA-256. */
  public static final class Stored {
    public final byte[] bytes;
    public final boolean large;
    public final String etag;

    private Stored(byte[] bytes, boolean large, String etag) {
      this.bytes = bytes;
      this.large = large;
      this.etag = etag;
    }

    public static Stored small(byte[] bytes) {
      return new Stored(bytes, false, gitHash(bytes));
    }

    public static Stored large(byte[] bytes) {
      return new Stored(bytes, true, sha256(bytes));
    }
  }

  public final Map<String, Map<String, Stored>> commits = new LinkedHashMap<>();
  public final Map<String, String> references = new LinkedHashMap<>();
  public final Map<String, String> messages = new LinkedHashMap<>();

  /** The token that opens it; empty for a public one. */
  public String token = "";

  /** Whether it is gated: those who have no access are told that it is there. */
  public boolean gated;

  /** Adds a commit to a branch, with everything that was there before. */
  public synchronized String commit(String branch, Map<String, Stored> files) {
    Map<String, Stored> all = new TreeMap<>(commits.getOrDefault(head(branch), Map.of()));
    all.putAll(files);
    String commit =
        HexFormat.of()
            .formatHex(digest("SHA-1", (branch + commits.size()).getBytes(StandardCharsets.UTF_8)));
    commits.put(commit, all);
    references.put(branch, commit);
    return commit;
  }

  /** Returns the commit of a branch; empty when there is none. */
  public synchronized String head(String branch) {
    return references.getOrDefault(branch, "");
  }

  /** Returns the commit that a branch or a commit names; null when there is none. */
  public synchronized String resolve(String revision) {
    return commits.containsKey(revision) ? revision : references.get(revision);
  }

  public synchronized Map<String, Stored> files(String commit) {
    return new HashMap<>(commits.getOrDefault(commit, Map.of()));
  }

  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest("SHA-256", bytes));
  }

  public static String gitHash(byte[] bytes) {
    byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
    return HexFormat.of().formatHex(digest("SHA-1", head, bytes));
  }

  private static byte[] digest(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
