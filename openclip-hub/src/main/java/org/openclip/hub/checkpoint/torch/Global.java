package org.openclip.hub.checkpoint.torch;

/**
 * A class or function by its names, which is not looked up.
 *
 * @param module the module's name
 * @param name the name in the module
 */
record Global(String module, String name) {
  boolean is(String wantedModule, String wantedName) {
    return module.equals(wantedModule) && name.equals(wantedName);
  }

  /** Returns whether it is a plain value of PyTorch, such as a type of elements, or a script's. */
  boolean isHarmless() {
    return module.equals("torch") || module.startsWith("__torch__");
  }

  @Override
  public String toString() {
    return module + "." + name;
  }
}
