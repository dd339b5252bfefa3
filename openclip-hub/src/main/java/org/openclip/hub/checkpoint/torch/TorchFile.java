package org.openclip.hub.checkpoint.torch;

import java.util.Map;

/**
 * What a checkpoint file holds.
 *
 * @param content what its pickle describes
 * @param places where its storages lie, by key
 */
record TorchFile(Object content, Map<String, Place> places) {
  /**
   * A storage's bytes.
   *
   * @param begin the offset of the first byte in the file
   * @param bytes how many there are
   */
  record Place(long begin, long bytes) {}
}
