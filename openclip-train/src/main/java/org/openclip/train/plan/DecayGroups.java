package org.openclip.train.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.training.UpdateRule;

/**
 * Chooses the parameters with weight decay: matrices and kernels. Vectors and numbers, gains and
 * biases among them, do not, nor do learnt tokens and positions, whose size means something.
 */
public final class DecayGroups {
  private static final Pattern SPARED =
      Pattern.compile(
          String.join(
              "|",
              "(visual\\.|text\\.)?(positional_embedding|class_embedding|cls_emb|reg_tokens)",
              "visual\\.trunk\\.(embeds\\.)?(pos_embed|cls_token|dist_token|reg_token)",
              ".*\\.relative_position_bias_table",
              "audio\\.encoder\\.vit\\.embeds\\.(pos_embed|cls_token|reg_token)",
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
    return rules(parameters, weightDecay, name -> false, locked, Map.of());
  }

  /**
   * Returns a rule for each parameter that is trained.
   *
   * @param parameters the model's, by name
   * @param weightDecay of those that decay
   * @param spared those that do not decay, beside those that never do
   * @param locked those that stay as they are
   * @param rates factors of the learning rate, by name; 1 where there is none
   */
  public static Map<String, UpdateRule> rules(
      Map<String, LeafOp.Parameter> parameters,
      double weightDecay,
      Predicate<String> spared,
      Predicate<String> locked,
      Map<String, Double> rates) {
    Map<String, UpdateRule> rules = new LinkedHashMap<>();
    parameters.forEach(
        (name, parameter) -> {
          if (parameter.trained() && !locked.test(name)) {
            double decay = decays(parameter) && !spared.test(name) ? weightDecay : 0;
            rules.put(name, new UpdateRule(rates.getOrDefault(name, 1.0), decay));
          }
        });
    return rules;
  }
}
