package org.openclip.hub.checkpoint.torch;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.hub.checkpoint.FileBytes;

/**
 * The file that {@code torch.save} wrote before PyTorch 1.6: pickles of a magic number, a version,
 * facts about the machine, the content, and the keys of its storages, which follow one after the
 * other, each behind its length.
 */
final class LegacyFile {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final byte[] HEAD = {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc};
  private static final long VERSION = 1001;

  private LegacyFile() {}

  static boolean accepts(ByteBuffer head) {
    return head.remaining() >= HEAD.length
        && head.slice(0, HEAD.length).equals(ByteBuffer.wrap(HEAD));
  }

  static TorchFile read(FileBytes file) throws IOException {
    // Nothing tells how long the pickles are; what is not looked at of a mapping is not read.
    ByteBuffer in = file.map(0, Math.min(Integer.MAX_VALUE, file.size()));
    if (!MAGIC.equals(pickle(file, in)) || !Long.valueOf(VERSION).equals(pickle(file, in))) {
      throw file.fault(0, "is not a PyTorch checkpoint, or its version is not supported");
    }
    if (pickle(file, in) instanceof Map<?, ?> facts
        && Boolean.FALSE.equals(facts.get("little_endian"))) {
      throw file.fault(-1, "its numbers are big-endian; save it on a little-endian machine");
    }
    Map<String, Long> widths = new HashMap<>();
    Unpickler machine = new Unpickler(file.name(), 0, in);
    Object content = machine.read();
    machine.storages().forEach(s -> widths.put(s.key(), width(s)));
    if (!(pickle(file, in) instanceof List<?> keys)) {
      throw file.fault(in.position(), "the list of storages is missing; the file is damaged");
    }
    Map<String, TorchFile.Place> places = new HashMap<>();
    long at = in.position();
    for (Object key : keys) {
      long elements = file.bytes(at, 8).getLong();
      long width = widths.getOrDefault(String.valueOf(key), 0L);
      if (width == 0) {
        throw file.fault(at, "storage " + key + " belongs to no tensor; the file is damaged");
      }
      if (elements < 0 || elements > (file.size() - at - 8) / width) {
        throw file.fault(
            at,
            "storage %s has %s elements of %s bytes, but the file ends at byte %s; it is truncated"
                .formatted(key, elements, width, file.size()));
      }
      places.put(String.valueOf(key), new TorchFile.Place(at + 8, elements * width));
      at += 8 + elements * width;
    }
    return new TorchFile(content, places);
  }

  private static long width(Storage storage) {
    ElementType type = storage.type();
    return type == null ? 1 : type.bytes();
  }

  private static Object pickle(FileBytes file, ByteBuffer in) {
    return new Unpickler(file.name(), 0, in).read();
  }
}
