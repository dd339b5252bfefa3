package org.openclip.models.text.tiktoken;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.openclip.api.InvalidFileException;

/**
 * The tokens of a ranks file: a line each, of the token's bytes in base 64 and its rank, which is
 * its id and the order of its merge.
 */
final class Ranks {
  private static final int NONE = Integer.MAX_VALUE;

  private final Map<ByteBuffer, Integer> ids = new HashMap<>(1 << 18);
  private final byte[][] tokens;

  private Ranks(int size) {
    tokens = new byte[size][];
  }

  /**
   * Reads a file.
   *
   * @param size the number of ids of the encoding; every rank is below it
   * @throws InvalidFileException when a line is damaged, or the tokens are not those of the
   *     encoding
   */
  static Ranks read(Path file, int size) {
    Ranks ranks = new Ranks(size);
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isEmpty() && !ranks.add(line)) {
          throw new InvalidFileException(
              file.toString(),
              -1,
              "line "
                  + number
                  + " is not a base64 token, a space and a rank below "
                  + size
                  + "; use the file of this encoding");
        }
      }
    } catch (IOException e) {
      throw new InvalidFileException(file.toString(), -1, "cannot be read: " + e, e);
    }
    for (int b = 0; b < 256; b++) {
      if (!ranks.ids.containsKey(ByteBuffer.wrap(new byte[] {(byte) b}))) {
        throw new InvalidFileException(
            file.toString(), -1, "has no token for byte " + b + "; use the complete file");
      }
    }
    return ranks;
  }

  private boolean add(String line) {
    int space = line.indexOf(' ');
    if (space < 1) {
      return false;
    }
    try {
      byte[] token = Base64.getDecoder().decode(line.substring(0, space));
      int rank = Integer.parseInt(line.substring(space + 1));
      if (rank < 0 || rank >= tokens.length || tokens[rank] != null) {
        return false;
      }
      tokens[rank] = token;
      return ids.put(ByteBuffer.wrap(token), rank) == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the bytes of a token; empty for an id that is no token of the file. */
  byte[] token(int id) {
    return tokens[id] == null ? new byte[0] : tokens[id];
  }

  /**
   * Returns the tokens of one piece: the neighbours that make the token of the lowest rank are
   * merged, the leftmost first, until none make a token.
   */
  int[] encode(byte[] piece) {
    Integer whole = ids.get(ByteBuffer.wrap(piece));
    return whole != null ? new int[] {whole} : new Merging(piece).tokens();
  }

  /** The merging of one piece. A part is called by its first byte. */
  private final class Merging {
    private final byte[] piece;
    private final int[] next;
    private final int[] previous;

    /** The rank that a part and the next one would have together. */
    private final int[] joint;

    /** Ranks above the parts that they belong to; outdated ones are passed over. */
    private final PriorityQueue<Long> queue = new PriorityQueue<>();

    Merging(byte[] piece) {
      this.piece = piece;
      next = new int[piece.length + 1];
      previous = new int[piece.length + 1];
      joint = new int[piece.length];
      Arrays.setAll(next, i -> Math.min(i + 1, piece.length));
      Arrays.setAll(previous, i -> i - 1);
    }

    int[] tokens() {
      for (int part = 0; part < piece.length; part++) {
        look(part);
      }
      int count = piece.length;
      for (Long first = queue.poll(); first != null; first = queue.poll()) {
        int part = first.intValue();
        if (joint[part] != (int) (first >> 32)) {
          continue;
        }
        int swallowed = next[part];
        joint[swallowed] = NONE;
        next[part] = next[swallowed];
        previous[next[part]] = part;
        count--;
        look(part);
        if (part > 0) {
          look(previous[part]);
        }
      }
      int[] tokens = new int[count];
      for (int i = 0, part = 0; i < count; i++, part = next[part]) {
        tokens[i] = rank(part, next[part]);
      }
      return tokens;
    }

    private void look(int part) {
      joint[part] = next[part] == piece.length ? NONE : rank(part, next[next[part]]);
      if (joint[part] != NONE) {
        queue.add((long) joint[part] << 32 | part);
      }
    }

    private int rank(int from, int to) {
      return ids.getOrDefault(ByteBuffer.wrap(piece, from, to - from), NONE);
    }
  }
}
