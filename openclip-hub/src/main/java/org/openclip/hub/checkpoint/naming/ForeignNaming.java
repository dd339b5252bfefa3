package org.openclip.hub.checkpoint.naming;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Converts the parameter names and layouts of other libraries. What it does not know keeps its
 * name, for strict loading to judge.
 */
public sealed interface ForeignNaming
    permits BigVisionNaming,
        ClapNaming,
        FgClipNaming,
        MobileClipNaming,
        NomicNaming,
        PerceptionEncoderNaming,
        TipsNaming,
        TransformersNaming {
  /** Returns whose naming it is, for messages. */
  String library();

  /** Returns whether the names are those of this library. */
  boolean recognises(Set<String> names);

  /**
   * Returns how the models that are published under these names prepare their pictures, as an
   * object {@code preprocess_cfg}; empty for the defaults.
   *
   * @param names those of the tensors
   */
  Map<String, Object> pictures(Set<String> names);

  /**
   * Returns the parameters that the library's files do not contain. Their values are those that the
   * configuration starts with, such as its {@code init_logit_scale}.
   */
  default Set<String> unpublished() {
    return Set.of();
  }

  /**
   * Returns the tensors under the names of the reference; layouts change when a tensor is asked
   * for.
   *
   * @param foreign weights whose names it recognises
   * @param wanted the shapes that the architecture expects, by name
   */
  Weights convert(Weights foreign, Map<String, List<Long>> wanted);

  /** Returns an object {@code preprocess_cfg} with one number for all channels. */
  static Map<String, Object> pictures(
      double mean, double std, String interpolation, String resizeMode) {
    return Map.of(
        "mean",
        List.of(mean, mean, mean),
        "std",
        List.of(std, std, std),
        "interpolation",
        interpolation,
        "resize_mode",
        resizeMode);
  }

  /** Returns the naming that recognises the names; empty when they are nobody's that we know. */
  static Optional<ForeignNaming> of(Set<String> names) {
    List<ForeignNaming> all =
        List.of(
            new BigVisionNaming(),
            new MobileClipNaming(),
            new PerceptionEncoderNaming(),
            new TipsNaming(),
            new NomicNaming(),
            new FgClipNaming(),
            new ClapNaming(),
            new TransformersNaming());
    return all.stream().filter(naming -> naming.recognises(names)).findFirst();
  }

  /**
   * Returns the weights under the names of the reference, or as they are when no naming recognises
   * them.
   *
   * @param wanted the shapes that the architecture expects, by name
   */
  static Weights toReference(Weights weights, Map<String, List<Long>> wanted) {
    Weights unwrapped = unwrapped(weights);
    return of(unwrapped.names()).map(n -> n.convert(unwrapped, wanted)).orElse(weights);
  }

  /** Takes the prefix off that a wrapper of distributed training leaves on every name. */
  private static Weights unwrapped(Weights weights) {
    String wrapper = "module.";
    if (weights.names().isEmpty()
        || !weights.names().stream().allMatch(name -> name.startsWith(wrapper))) {
      return weights;
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    weights.names().forEach(n -> tensors.put(n.substring(wrapper.length()), weights.get(n)));
    return Weights.of(tensors);
  }
}
