package org.openclip.hub.checkpoint.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.checkpoint.FileBytes;
import org.openclip.hub.checkpoint.ZipDirectory;
import org.openclip.hub.checkpoint.ZipDirectory.Member;

/**
 * The zip archive that {@code torch.save} has written since PyTorch 1.6, and TorchScript before:
 * {@code NAME/data.pkl} beside {@code NAME/data/KEY} for every storage.
 */
final class ZipFile {
  /** The longest pickle; that of a model with ten thousand tensors has 2 MB. */
  private static final long MOST_PICKLE = 64L << 20;

  private static final String PICKLE = "data.pkl";

  private ZipFile() {}

  static TorchFile read(FileBytes file) throws IOException {
    Map<String, Member> members = ZipDirectory.read(file);
    String root = root(file, members);
    ByteBuffer order = small(file, root + "byteorder", members.get(root + "byteorder"));
    if (order != null && !StandardCharsets.US_ASCII.decode(order).toString().equals("little")) {
      throw file.fault(-1, "its numbers are big-endian; save it on a little-endian machine");
    }
    Member pickle = members.get(root + PICKLE);
    ByteBuffer code = small(file, root + PICKLE, pickle);
    if (code == null || pickle == null) {
      throw file.fault(-1, "the archive has no " + root + PICKLE);
    }
    Object content = new Unpickler(file.name(), pickle.begin(), code).read();
    Map<String, TorchFile.Place> places = new HashMap<>();
    String data = root + "data/";
    members.forEach(
        (name, member) -> {
          if (name.startsWith(data)) {
            if (!member.stored()) {
              throw file.fault(
                  member.begin(),
                  "member '%s' is compressed, but tensors are memory-mapped; store it uncompressed"
                      .formatted(name));
            }
            places.put(
                name.substring(data.length()), new TorchFile.Place(member.begin(), member.bytes()));
          }
        });
    return new TorchFile(content, places);
  }

  /** Returns the folder in the archive that holds the pickle, with its slash; empty for none. */
  private static String root(FileBytes file, Map<String, Member> members) {
    for (String name : members.keySet()) {
      if (name.equals(PICKLE) || name.endsWith("/" + PICKLE)) {
        return name.substring(0, name.length() - PICKLE.length());
      }
    }
    throw file.fault(
        -1, "is a zip archive, but not a PyTorch checkpoint: it contains no " + PICKLE);
  }

  private static @Nullable ByteBuffer small(FileBytes file, String name, @Nullable Member member)
      throws IOException {
    if (member == null) {
      return null;
    }
    if (!member.stored() || member.bytes() > MOST_PICKLE) {
      throw file.fault(
          member.begin(),
          "member '%s' has %s bytes%s, but at most %s uncompressed bytes are supported"
              .formatted(name, member.bytes(), member.stored() ? "" : " compressed", MOST_PICKLE));
    }
    return file.bytes(member.begin(), (int) member.bytes());
  }
}
