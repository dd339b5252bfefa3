package org.openclip.hub.checkpoint.naming;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * The naming of Apple's MobileCLIP (Vasu et al. 2024, arXiv 2311.17049): FastViT or a ViT with a
 * convolutional stem for pictures, and a text tower, all of which the reference names otherwise.
 */
final class MobileClipNaming implements ForeignNaming {
  private static final String IMAGE = "image_encoder.model.";
  private static final String TEXT = "text_encoder.";
  private static final String TRUNK = "visual.trunk.";
  private static final Pattern NETWORK = Pattern.compile("network\\.(\\d+)\\.(.*)");

  private static final Map<String, String> FASTVIT = new LinkedHashMap<>();
  private static final Map<String, String> HYBRID = new LinkedHashMap<>();
  private static final Map<String, String> TEXTS = new LinkedHashMap<>();

  static {
    FASTVIT.put("patch_embed.", "stem.");
    FASTVIT.put("rbr_conv.", "conv_kxk.");
    FASTVIT.put("rbr_scale.", "conv_scale.");
    FASTVIT.put("rbr_skip.", "identity.");
    FASTVIT.put("conv_exp.", "final_conv.");
    FASTVIT.put("lkb_origin.", "large_conv.");
    FASTVIT.put("convffn.", "mlp.");
    FASTVIT.put("se.reduce.", "se.fc1.");
    FASTVIT.put("se.expand.", "se.fc2.");

    HYBRID.put("patch_emb.", "patch_embed.backbone.");
    HYBRID.put("block.conv.", "conv.");
    HYBRID.put("block.norm.", "bn.");
    HYBRID.put("post_transformer_norm.", "norm.");
    HYBRID.put("pre_norm_mha.0.", "norm1.");
    HYBRID.put("pre_norm_mha.1.", "attn.");
    HYBRID.put("pre_norm_ffn.0.", "norm2.");
    HYBRID.put("pre_norm_ffn.1.", "mlp.fc1.");
    HYBRID.put("pre_norm_ffn.4.", "mlp.fc2.");
    HYBRID.put("qkv_proj.", "qkv.");
    HYBRID.put("out_proj.", "proj.");
    HYBRID.put("transformer.", "blocks.");

    TEXTS.put("projection_layer", "text_projection");
    TEXTS.put("embedding_layer.", "token_embedding.");
    TEXTS.put("positional_embedding.pos_embed.pos_embed", "positional_embedding");
    TEXTS.put("final_layer_norm.", "ln_final.");
    TEXTS.put("pre_norm_mha.0.", "ln_1.");
    TEXTS.put("pre_norm_mha.1.", "attn.");
    TEXTS.put("pre_norm_ffn.0.", "ln_2.");
    TEXTS.put("pre_norm_ffn.1.", "mlp.c_fc.");
    TEXTS.put("pre_norm_ffn.4.", "mlp.c_proj.");
    TEXTS.put("qkv_proj.weight", "in_proj_weight");
    TEXTS.put("qkv_proj.bias", "in_proj_bias");
    TEXTS.put("transformer.", "transformer.resblocks.");
  }

  @Override
  public String library() {
    return "Apple's MobileCLIP";
  }

  @Override
  public boolean recognises(Set<String> names) {
    return names.stream().anyMatch(name -> name.startsWith(IMAGE))
        && names.stream().anyMatch(name -> name.startsWith(TEXT));
  }

  @Override
  public Map<String, Object> pictures(Set<String> names) {
    return ForeignNaming.pictures(0, 1, "bilinear", "shortest");
  }

  @Override
  public Weights convert(Weights foreign, Map<String, List<Long>> wanted) {
    Renamed out = new Renamed(foreign);
    boolean hybrid = foreign.names().stream().anyMatch(n -> n.startsWith(IMAGE + "patch_emb."));
    List<Integer> downsamplings = downsamplings(foreign.names());
    for (String name : foreign.names()) {
      if (name.startsWith(IMAGE)) {
        String rest = name.substring(IMAGE.length());
        if (hybrid) {
          hybrid(out, foreign, name, rest);
        } else {
          fastVit(out, foreign, name, rest, downsamplings);
        }
      } else if (name.startsWith(TEXT)) {
        String ours = "text." + replaced(name.substring(TEXT.length()), TEXTS);
        if (ours.equals("text.positional_embedding")) {
          out.map(ours, name, MobileClipNaming::squeezed);
        } else {
          out.rename(ours, name);
        }
      } else {
        out.rename(name, name);
      }
    }
    return out;
  }

  /** Returns where in the flat list of layers a stage begins: at each one that halves the size. */
  private static List<Integer> downsamplings(Set<String> names) {
    Set<Integer> found = new TreeSet<>();
    for (String name : names) {
      Matcher layer = NETWORK.matcher(name.startsWith(IMAGE) ? name.substring(IMAGE.length()) : "");
      if (layer.matches() && layer.group(2).startsWith("proj.")) {
        found.add(Integer.valueOf(layer.group(1)));
      }
    }
    return List.copyOf(found);
  }

  private static void fastVit(
      Renamed out, Weights foreign, String name, String rest, List<Integer> downsamplings) {
    if (rest.equals("head.proj")) {
      projection(out, foreign, name, TRUNK + "head.fc.");
      return;
    }
    String ours = replaced(rest, FASTVIT).replaceAll("(layer_scale(_\\d)?)$", "$1.gamma");
    Matcher layer = NETWORK.matcher(ours);
    if (layer.matches()) {
      int index = Integer.parseInt(layer.group(1));
      long stage = downsamplings.stream().filter(d -> d <= index).count();
      String inner = layer.group(2);
      String stageName = "stages." + stage + ".";
      if (inner.startsWith("proj.")) {
        ours = stageName + "downsample." + inner;
      } else if (inner.startsWith("pe.")) {
        ours = stageName + "pos_emb.pos_enc." + inner.substring(3);
      } else {
        ours = stageName + "blocks." + inner;
      }
    }
    out.rename(TRUNK + ours, name);
  }

  private static void hybrid(Renamed out, Weights foreign, String name, String rest) {
    switch (rest) {
      case "classifier.proj" -> projection(out, foreign, name, TRUNK + "head.");
      case "pos_embed.pos_embed.pos_embed" ->
          out.map(
              TRUNK + "pos_embed",
              name,
              t -> {
                long[] shape = t.shape();
                return Rearranged.reshaped(t, 1, shape[shape.length - 2], shape[shape.length - 1]);
              });
      default -> out.rename(TRUNK + replaced(rest, HYBRID), name);
    }
  }

  /** A projection {@code [in, out]} without bias is a linear layer whose bias is zero. */
  private static void projection(Renamed out, Weights foreign, String name, String layer) {
    out.map(layer + "weight", name, Rearranged::transposed);
    out.put(
        layer + "bias",
        () -> Rearranged.zeros(foreign.get(name).type(), foreign.get(name).shape()[1]));
  }

  private static Tensor squeezed(Tensor positions) {
    long[] shape = positions.shape();
    return Rearranged.reshaped(positions, shape[shape.length - 2], shape[shape.length - 1]);
  }

  private static String replaced(String name, Map<String, String> parts) {
    String result = name;
    for (Map.Entry<String, String> part : parts.entrySet()) {
      result = result.replace(part.getKey(), part.getValue());
    }
    return result;
  }
}
