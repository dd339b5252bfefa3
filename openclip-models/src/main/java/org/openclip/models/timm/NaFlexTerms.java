package org.openclip.models.timm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.models.timm.TimmTrunk.Request;

/**
 * Says the options of another transformer in those of a NaFlex transformer, as timm does with
 * {@code use_naflex}.
 */
interface NaFlexTerms {
  /** Models that are NaFlex transformers themselves. */
  NaFlexTerms SAME = (request, options) -> options;

  /** timm's vision transformers. */
  NaFlexTerms VIT = NaFlexTerms::ofVit;

  /** EVA and the Perception Encoder. */
  NaFlexTerms EVA = NaFlexTerms::ofEva;

  /**
   * Returns the options.
   *
   * @param options those of the model behind its name and of the configuration
   * @throws InvalidConfigException when a NaFlex transformer cannot compute the same
   */
  Map<String, Object> of(Request request, Map<String, Object> options);

  private static Map<String, Object> ofVit(Request request, Map<String, Object> options) {
    Map<String, Object> terms = new LinkedHashMap<>(options);
    refuse(request, terms, "stem", "rel_pos_dim", "geglu_mlp");
    common(request, terms, "token");
    put(terms, "swiglu_packed", terms.remove("swiglu_mlp"));
    Object pool = TrunkOptions.createdPool(request, String.valueOf(terms.get("global_pool")));
    terms.putIfAbsent("fc_norm", pool.equals("avg"));
    return terms;
  }

  private static Map<String, Object> ofEva(Request request, Map<String, Object> options) {
    Map<String, Object> terms = new LinkedHashMap<>(options);
    refuse(request, terms, "use_post_norm", "stem");
    common(request, terms, "avg");
    terms.remove("head_init_scale");
    Object pool = TrunkOptions.createdPool(request, String.valueOf(terms.get("global_pool")));
    Object fcNorm = terms.remove("use_fc_norm");
    terms.put("fc_norm", fcNorm == null ? pool.equals("avg") : fcNorm);
    put(terms, "pre_norm", terms.remove("use_pre_transformer_norm"));
    put(terms, "final_norm", terms.remove("use_post_transformer_norm"));
    put(terms, "reg_tokens", terms.remove("num_reg_tokens"));
    put(terms, "scale_mlp_norm", terms.remove("scale_mlp"));
    put(terms, "scale_attn_inner_norm", terms.remove("scale_attn_inner"));
    put(terms, "rope_ref_feat_shape", terms.remove("ref_feat_shape"));
    terms.put(
        "pos_embed", Boolean.FALSE.equals(terms.remove("use_abs_pos_emb")) ? "none" : "learned");
    boolean rotary = Boolean.TRUE.equals(terms.remove("use_rot_pos_emb"));
    terms.putIfAbsent("rope_type", rotary ? "axial" : "none");
    terms.putIfAbsent("attn_type", "eva");
    return terms;
  }

  private static void common(Request request, Map<String, Object> terms, String pool) {
    terms.values().removeIf(value -> value == null);
    terms.keySet().removeAll(List.of("no_embed_class", "dynamic_img_size"));
    terms.putIfAbsent("class_token", true);
    terms.putIfAbsent("global_pool", pool);
    if (!terms.containsKey("pos_embed_grid_size")) {
      int patch = terms.get("patch_size") instanceof Number size ? size.intValue() : 16;
      terms.put(
          "pos_embed_grid_size",
          List.of(request.height() / Math.max(1, patch), request.width() / Math.max(1, patch)));
    }
  }

  private static void put(Map<String, Object> terms, String key, @Nullable Object value) {
    if (value != null) {
      terms.put(key, value);
    }
  }

  private static void refuse(Request request, Map<String, Object> options, String... keys) {
    for (String key : keys) {
      Object value = options.get(key);
      if (value != null && !Boolean.FALSE.equals(value)) {
        throw new InvalidConfigException(
            "vision_cfg.timm_model_kwargs.use_naflex",
            "is true, but %s cannot be converted to NaFlex: it has %s"
                .formatted(request.name(), key));
      }
    }
  }
}
