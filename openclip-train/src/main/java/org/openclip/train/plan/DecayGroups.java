package org.openclip.train.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.training.UpdateRule;

/**
 * Which parameters decay: matrices and kernels do. Vectors and numbers, gains and biases among
 * them, do not, nor do learnt tokens and positions, whose size means something.
 */
public final class DecayGroups {
  private static final Pattern SPARED =
      Pattern.compile(
          String.join(
              "|",
              "(visual\\.|text\\.)?(positional_embedding|class_embedding|cls_emb|reg_tokens)",
              "visual\\.trunk\\.(pos_embed|cls_token|dist_token|reg_token)",
              ".*\\.relative_position_bias_table",
              "text\\.pool\\.query",
              "text\\..*\\.(position_embeddings|token_type_embeddings|relative_attention_bias)"
                  + "\\.weight"));

  private DecayGroups() {}

  /** Returns whether a parameter decays. */
  public static boolean decays(LeafOp.Parameter parameter) {
    return parameter.shape().rank() >= 2 && !SPARED.matcher(parameter.name()).matches();
  }

  /**
   * Returns a rule for each parameter that is trained.
   *
   * @param parameters the model's, by name
   * @param weightDecay of those that decay
   * @param locked those that stay as they are
   */
  public static Map<String, UpdateRule> rules(
      Map<String, LeafOp.Parameter> parameters, double weightDecay, Predicate<String> locked) {
    Map<String, UpdateRule> rules = new LinkedHashMap<>();
    parameters.forEach(
        (name, parameter) -> {
          if (parameter.trained() && !locked.test(name)) {
            rules.put(name, new UpdateRule(1, decays(parameter) ? weightDecay : 0));
          }
        });
    return rules;
  }
}
