package org.openclip.hub.hf;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InvalidInputException;

/**
 * A place on the hub: {@code org/repository}, with {@code /file} and {@code @revision} where they
 * are wanted.
 *
 * @param repository the repository's name, with that of its owner before a slash
 * @param file a file of it, by its path; empty for all
 * @param revision a branch, a tag or a commit
 */
record HubLocation(String repository, String file, String revision) {
  /** The revision when none is named. */
  static final String MAIN = "main";

  private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,95}";
  private static final Pattern LOCATION =
      Pattern.compile("(" + NAME + "(?:/" + NAME + ")?)(?:/(.*))?", Pattern.DOTALL);
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9._/+-]{1,255}");

  /**
   * Reads a location.
   *
   * @throws InvalidInputException when it is none
   */
  static HubLocation parse(String location) {
    int at = location.indexOf('@');
    String place = at < 0 ? location : location.substring(0, at);
    String revision = at < 0 ? MAIN : location.substring(at + 1);
    Matcher matcher = LOCATION.matcher(place.replaceAll("/+$", ""));
    if (!matcher.matches() || matcher.group(1).contains("--") || matcher.group(1).contains("..")) {
      throw new InvalidInputException(
          "'hf-hub:%s' is not a hub location; write hf-hub:org/repository, optionally followed by @revision or /file"
              .formatted(location));
    }
    if (!REVISION.matcher(revision).matches() || !safe(revision)) {
      throw new InvalidInputException(
          "'" + revision + "' is not a revision; give a branch, a tag or a commit after the @");
    }
    String file = matcher.group(2) == null ? "" : matcher.group(2);
    if (!file.isEmpty() && !safe(file)) {
      throw new InvalidInputException("'" + file + "' is not the path of a file in a repository");
    }
    return new HubLocation(matcher.group(1), file, revision);
  }

  /** Returns whether a path leads nowhere but down: what a server names becomes a file here. */
  static boolean safe(String path) {
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return path.chars().noneMatch(c -> c < ' ' || c == '\\' || c == ':');
  }

  /** Returns the same place without a file. */
  HubLocation folder() {
    return new HubLocation(repository, "", revision);
  }

  @Override
  public String toString() {
    return "hf-hub:"
        + repository
        + (file.isEmpty() ? "" : "/" + file)
        + (revision.equals(MAIN) ? "" : "@" + revision);
  }
}
