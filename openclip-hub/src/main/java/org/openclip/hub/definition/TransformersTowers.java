package org.openclip.hub.definition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp.Constant;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.Gelu;
import org.openclip.api.graph.NeuralOp.LayerNorm;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Op;
import org.openclip.api.model.Architecture;

/**
 * What Hugging Face's transformers must be told of a model that its {@code CLIPModel} or {@code
 * SiglipModel} computes, read off the model's own graphs.
 *
 * @param siglip which of both
 * @param width of the joint embedding
 * @param logitScale where the logit scale starts, as a logarithm
 * @param text the text tower
 * @param vision the picture tower
 */
public record TransformersTowers(
    boolean siglip, int width, double logitScale, Tower text, Tower vision) {
  /** What a tower of CLIP may choose, all else being as in the paper. */
  private static final Set<String> CLIP_VISION =
      Set.of(
          "image_size",
          "layers",
          "width",
          "head_width",
          "mlp_ratio",
          "patch_size",
          "norm_kwargs",
          "act_kwargs",
          // Of training alone.
          "patch_dropout");

  private static final Set<String> TEXT =
      Set.of(
          "context_length",
          "vocab_size",
          "width",
          "heads",
          "layers",
          "mlp_ratio",
          "norm_kwargs",
          "act_kwargs");

  private static final Map<String, Object> SIGLIP_TEXT =
      Map.of("no_causal_mask", true, "proj_bias", true, "pool_type", "last");

  /**
   * A tower.
   *
   * @param heads of each attention
   * @param activation the name that the library gives it
   * @param epsilon of each layer norm
   */
  public record Tower(int heads, String activation, double epsilon) {}

  /**
   * Reads a model.
   *
   * @throws InvalidInputException when the library has no such model, with the reason
   */
  public static TransformersTowers of(ModelParts parts) {
    Architecture model = parts.architecture();
    ModelConfig config = model.config();
    if (model.decoder().isPresent()) {
      throw refused("it has a caption decoder (multimodal_cfg)");
    }
    if (model.patchGraph().isPresent()) {
      throw refused("its images are patch sequences (NaFlex)");
    }
    if (model.imageEncoder().height() != model.imageEncoder().width()) {
      throw refused("its images are not square");
    }
    if (config.vectorLogitScale()) {
      throw refused("its logit scale is a vector (nonscalar_logit_scale)");
    }
    String trunk = String.valueOf(config.vision().get("timm_model_name"));
    boolean siglip = trunk.matches("vit_\\w*siglip\\w*") && !trunk.contains("gap");
    if (siglip != (config.initLogitBias() != null)) {
      throw refused(
          siglip
              ? "it has SigLIP's image tower but no logit bias (init_logit_bias)"
              : "it has a logit bias (init_logit_bias), which CLIPModel does not have");
    }
    same(model, parts.like(plain(config, siglip)), siglip);
    return new TransformersTowers(
        siglip,
        config.embedDim(),
        config.initLogitScale(),
        tower(model.textGraph()),
        tower(model.imageGraph()));
  }

  /** Returns the configuration of what the library computes in the place of a model. */
  private static ModelConfig plain(ModelConfig config, boolean siglip) {
    Map<String, Object> text = kept(config.text(), TEXT);
    Map<String, Object> vision = config.vision();
    if (siglip) {
      text.putAll(SIGLIP_TEXT);
      vision = new LinkedHashMap<>(vision);
      vision.put("timm_pool", "map");
      vision.put("timm_proj", "none");
    } else if (config.vision().get("timm_model_name") != null) {
      throw refused("its image tower is timm's " + config.vision().get("timm_model_name"));
    } else if (config.vision().get("layers") instanceof List) {
      throw refused("its image tower is a ResNet");
    } else {
      vision = kept(vision, CLIP_VISION);
    }
    Map<String, Object> json = new LinkedHashMap<>(config.toJson());
    json.put("vision_cfg", vision);
    json.put("text_cfg", text);
    return ModelConfig.of(json);
  }

  private static Map<String, Object> kept(Map<String, Object> config, Set<String> keys) {
    Map<String, Object> kept = new LinkedHashMap<>(config);
    kept.keySet().retainAll(keys);
    return kept;
  }

  /** Checks that two models compute the same with the same parameters. */
  private static void same(Architecture model, Architecture plain, boolean siglip) {
    String kind = siglip ? "SiglipModel" : "CLIPModel";
    if (!steps(model.imageGraph()).equals(steps(plain.imageGraph()))) {
      throw refused(
          "its image tower differs from that of %s: %s".formatted(kind, keys(model, "vision")));
    }
    if (!steps(model.textGraph()).equals(steps(plain.textGraph()))) {
      throw refused(
          "its text tower differs from that of %s: %s".formatted(kind, keys(model, "text")));
    }
  }

  private static String keys(Architecture model, String tower) {
    boolean vision = tower.equals("vision");
    Set<String> others =
        new TreeSet<>((vision ? model.config().vision() : model.config().text()).keySet());
    others.removeAll(vision ? CLIP_VISION : TEXT);
    return "see " + tower + "_cfg" + (others.isEmpty() ? "" : " with " + others);
  }

  /** Returns the steps of a graph, which are equal where the computation is. */
  private static List<Object> steps(Graph graph) {
    List<Object> steps = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Op op = node.op();
      steps.add(
          op instanceof Parameter parameter
              ? List.of(parameter.name(), parameter.shape())
              : op instanceof Constant constant
                  ? List.of(constant.tensor().toString(), constant.tensor().data())
                  : op);
    }
    return steps;
  }

  private static Tower tower(Graph graph) {
    return new Tower(
        one(
            graph,
            "numbers of heads",
            o -> o instanceof Attention a ? Stream.of(a.heads()) : Stream.of()),
        one(
            graph,
            "activations",
            o -> o instanceof Gelu g ? Stream.of(activation(g)) : Stream.of()),
        one(
            graph,
            "epsilons of norms",
            o -> o instanceof LayerNorm n ? Stream.of(n.epsilon()) : Stream.of()));
  }

  private static String activation(Gelu gelu) {
    return switch (gelu.form()) {
      case ERF -> "gelu";
      case TANH -> "gelu_pytorch_tanh";
      case QUICK -> "quick_gelu";
    };
  }

  private static <T> T one(Graph graph, String what, Function<Op, Stream<T>> fact) {
    Set<T> found =
        graph.nodes().stream().flatMap(node -> fact.apply(node.op())).collect(Collectors.toSet());
    if (found.size() != 1) {
      throw refused("its %s tower has the %s %s".formatted(graph.name(), what, found));
    }
    return found.iterator().next();
  }

  private static InvalidInputException refused(String why) {
    return new InvalidInputException(
        "transformers does not support this model: "
            + why
            + "; it supports CLIP with vision transformers, and SigLIP");
  }
}
