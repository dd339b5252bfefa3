package org.openclip.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Thrown when a name (of a model, a backend, a key, …) is not known to anything on the class path
 * or module path.
 */
public class UnknownNameException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final ArrayList<String> suggestions;

  /**
   * Creates an exception that suggests the nearest known names.
   *
   * @param kind what the name was meant to be, such as {@code model} or {@code backend}
   * @param name the unknown name
   * @param known all known names
   * @param remedy what else the user can do, such as the jar to add; empty for none
   */
  public UnknownNameException(String kind, String name, Collection<String> known, String remedy) {
    super(describe(kind, name, known, remedy));
    this.name = name;
    this.suggestions = new ArrayList<>(Suggestions.nearest(name, known));
  }

  private static String describe(
      String kind, String name, Collection<String> known, String remedy) {
    StringBuilder text = new StringBuilder("unknown ").append(kind).append(" '").append(name);
    text.append('\'');
    List<String> near = Suggestions.nearest(name, known);
    if (!near.isEmpty()) {
      text.append("; did you mean ").append(String.join(" or ", near)).append('?');
    } else if (known.isEmpty()) {
      text.append("; none is installed");
    } else if (known.size() <= 20) {
      text.append("; there are ").append(String.join(", ", known));
    } else {
      text.append("; there are ").append(known.size()).append(" others");
    }
    if (!remedy.isEmpty()) {
      text.append(near.isEmpty() ? ". " : " ").append(remedy);
    }
    return text.toString();
  }

  /** Returns the unknown name. */
  public String name() {
    return name;
  }

  /** Returns the nearest known names, best first; empty when none is near. */
  public List<String> suggestions() {
    return List.copyOf(suggestions);
  }
}
