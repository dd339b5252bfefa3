package org.openclip.hub.fingerprint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** A SHA-256 in the making, of values that each say where they end. */
public final class Digest {
  private final MessageDigest sha256;

  /** Creates a digest of nothing. */
  public Digest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** Adds a text. */
  public Digest add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    sha256.update(bytes);
    return this;
  }

  /** Adds whole numbers. */
  public Digest add(long... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * numbers.length);
    for (long number : numbers) {
      bytes.putLong(number);
    }
    sha256.update(bytes.flip());
    return this;
  }

  /**
   * Adds a value as JSON has them. The order of an object's keys does not count, and neither does
   * whether a whole number is written with a point.
   */
  public Digest addJson(Object json) {
    switch (json) {
      case Map<?, ?> map -> {
        add("object").add(map.size());
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(String.valueOf(key), String.valueOf(value)));
        for (String key : sorted.keySet()) {
          add(key);
          Object value = map.get(key);
          addJson(value == null ? "null" : value);
        }
      }
      case List<?> list -> {
        add("list").add(list.size());
        list.forEach(value -> addJson(value == null ? "null" : value));
      }
      case Number number -> add("number").add(Double.doubleToLongBits(number.doubleValue()));
      default -> add(json.getClass().getSimpleName()).add(json.toString());
    }
    return this;
  }

  /** Adds every tensor by its name, type, shape and bytes, in the order of the names. */
  public Digest add(Weights weights) {
    String[] names = weights.names().toArray(String[]::new);
    Arrays.sort(names);
    for (String name : names) {
      InterruptedCallException.check("weights were read");
      Tensor tensor = weights.get(name);
      add(name).add(tensor.type().name()).add(tensor.shape());
      for (ByteBuffer chunk : tensor.chunks()) {
        sha256.update(chunk);
      }
      tensor.scales().ifPresent(scales -> scales.chunks().forEach(sha256::update));
    }
    return this;
  }

  /** Returns the digest as 64 hexadecimal digits; nothing can be added afterwards. */
  public String hex() {
    return HexFormat.of().formatHex(sha256.digest());
  }
}
