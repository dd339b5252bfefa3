package org.openclip.api.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The parameters of a tower that lie at one depth, so that training can lock the groups before it
 * and let them learn more slowly the farther they are from the output.
 *
 * @param name such as {@code embeddings}, {@code layer.3}, {@code proj}
 * @param pattern what the parameters' names match from end to end, without the tower's scope
 */
public record LayerGroup(String name, Pattern pattern) {
  /** The name of the group before the first block. */
  public static final String EMBEDDINGS = "embeddings";

  /** The name of the group behind the last block. */
  public static final String PROJECTION = "proj";

  /** Returns a group of all parameters whose names one of the regular expressions matches. */
  public static LayerGroup of(String name, String... patterns) {
    return new LayerGroup(name, Pattern.compile(String.join("|", patterns)));
  }

  /**
   * Returns a group for each of some blocks, {@code layer.0} and on.
   *
   * @param scope what stands before a block's number, such as {@code transformer.resblocks}
   * @param count the number of blocks, at least 1
   * @param last patterns of what else belongs to the last block, such as a norm behind it
   */
  public static List<LayerGroup> blocks(String scope, int count, String... last) {
    List<LayerGroup> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String block = Pattern.quote(scope + "." + i + ".") + ".*";
      String more = i == count - 1 && last.length > 0 ? "|" + String.join("|", last) : "";
      groups.add(of("layer." + i, block + more));
    }
    return groups;
  }

  /** Returns the group as seen from outside of a scope, such as {@code trunk}. */
  public LayerGroup within(String scope) {
    return of(name, Pattern.quote(scope + ".") + "(?:" + pattern + ")");
  }

  /** Returns whether a parameter belongs here. */
  public boolean holds(String parameter) {
    return pattern.matcher(parameter).matches();
  }
}
