package org.openclip.hub.checkpoint.torch;

import java.util.LinkedHashMap;
import java.util.Map;

/** A module of a TorchScript archive: its attributes, without its code. */
final class ScriptObject {
  private final Map<Object, Object> attributes = new LinkedHashMap<>();

  Map<Object, Object> attributes() {
    return attributes;
  }
}
