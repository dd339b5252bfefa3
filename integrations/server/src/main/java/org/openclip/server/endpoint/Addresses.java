package org.openclip.server.endpoint;

import java.net.Inet6Address;
import java.net.InetAddress;

/** Tells addresses of the internet from those of this machine and of networks of its own. */
final class Addresses {
  private Addresses() {}

  /** Returns whether an address is one that everybody could ask. */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address ? isPublic6(bytes) : isPublic4(bytes, 0);
  }

  private static boolean isPublic4(byte[] bytes, int at) {
    int first = bytes[at] & 0xff;
    int second = bytes[at + 1] & 0xff;
    return first != 0
        && first != 10
        && first != 127
        && first < 224
        && !(first == 100 && second >= 64 && second < 128)
        && !(first == 169 && second == 254)
        && !(first == 172 && second >= 16 && second < 32)
        && !(first == 192 && second == 168)
        && !(first == 192 && second == 0)
        && !(first == 198 && (second == 18 || second == 19));
  }

  /** Global unicast alone, and where an address of version 4 is inside, that one, too. */
  private static boolean isPublic6(byte[] bytes) {
    boolean mapped = isMapped(bytes);
    boolean translated = starts(bytes, 0x00, 0x64, 0xff, 0x9b);
    if (mapped || translated) {
      return isPublic4(bytes, 12);
    }
    if (starts(bytes, 0x20, 0x02)) {
      return isPublic4(bytes, 2);
    }
    return (bytes[0] & 0xe0) == 0x20 && !starts(bytes, 0x20, 0x01, 0x00, 0x00);
  }

  private static boolean isMapped(byte[] bytes) {
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean starts(byte[] bytes, int... head) {
    for (int i = 0; i < head.length; i++) {
      if ((bytes[i] & 0xff) != head[i]) {
        return false;
      }
    }
    return true;
  }
}
