package org.openclip.api.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The parameters of a tower at one depth. Training uses the groups to lock layers and for
 * layer-wise learning rate decay.
 *
 * @param name such as {@code embeddings}, {@code layer.3}, {@code proj}
 * @param pattern the pattern that a whole parameter name matches, without the tower's scope
 */
public record LayerGroup(String name, Pattern pattern) {
  /** The name of the group before the first block. */
  public static final String EMBEDDINGS = "embeddings";

  /** The name of the group after the last block. */
  public static final String PROJECTION = "proj";

  /** Returns the group of all parameters whose name matches one of the regular expressions. */
  public static LayerGroup of(String name, String... patterns) {
    return new LayerGroup(name, Pattern.compile(String.join("|", patterns)));
  }

  /**
   * Returns one group for each block, named {@code layer.0}, {@code layer.1} and so on.
   *
   * @param scope the prefix before a block's number, such as {@code transformer.resblocks}
   * @param count the number of blocks, at least 1
   * @param last patterns of other parameters in the group of the last block, such as the norm after
   *     it
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

  /** Returns the group with a scope before its names, such as {@code trunk}. */
  public LayerGroup within(String scope) {
    return of(name, Pattern.quote(scope + ".") + "(?:" + pattern + ")");
  }

  /** Returns whether a parameter belongs to the group. */
  public boolean holds(String parameter) {
    return pattern.matcher(parameter).matches();
  }
}
