package org.openclip.hub.checkpoint.naming;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * The naming of Google's big_vision, in which SigLIP is published (Zhai et al. 2023, arXiv
 * 2303.15343): Flax's layouts, channels last and matrices {@code [in, out]}, and the blocks either
 * one by one or stacked along a first axis.
 */
final class BigVisionNaming implements ForeignNaming {
  private static final String PARAMS = "params/";

  @Override
  public String library() {
    return "big_vision";
  }

  @Override
  public boolean recognises(Set<String> names) {
    return names.contains("img/embedding/kernel") || names.contains("params/img/embedding/kernel");
  }

  @Override
  public Map<String, Object> pictures(Set<String> names) {
    return ForeignNaming.pictures(0.5, 0.5, "bicubic", "squash");
  }

  @Override
  public Weights convert(Weights foreign, Map<String, List<Long>> wanted) {
    String root = foreign.names().contains("params/img/embedding/kernel") ? PARAMS : "";
    Conversion conversion = new Conversion(foreign, new Renamed(foreign), wanted);
    conversion.image(root + "img/");
    conversion.text(root + "txt/");
    if (foreign.names().contains(root + "t")) {
      conversion.out.rename("logit_scale", root + "t");
    }
    if (foreign.names().contains(root + "b")) {
      conversion.out.rename("logit_bias", root + "b");
    }
    return conversion.out;
  }

  /** The names that one block's parts have in a tower of ours. */
  private record Block(
      String norm1, String attention, String projection, String norm2, String fc1, String fc2) {
    static final Block TIMM =
        new Block("norm1.", "attn.qkv.", "attn.proj.", "norm2.", "mlp.fc1.", "mlp.fc2.");
    static final Block NATIVE =
        new Block("ln_1.", "attn.in_proj_", "attn.out_proj.", "ln_2.", "mlp.c_fc.", "mlp.c_proj.");
  }

  private record Conversion(Weights foreign, Renamed out, Map<String, List<Long>> wanted) {
    void image(String from) {
      String trunk = "visual.trunk.";
      boolean naflex = wanted.containsKey(trunk + "embeds.proj.weight");
      String patches = trunk + (naflex ? "embeds." : "patch_embed.") + "proj.";
      out.map(patches + "weight", from + "embedding/kernel", k -> patchKernel(k, patches));
      out.rename(patches + "bias", from + "embedding/bias");
      String positions = trunk + (naflex ? "embeds." : "") + "pos_embed";
      out.map(positions, from + "pos_embedding", p -> positions(p, naflex));
      if (foreign.names().contains(from + "cls")) {
        out.rename(trunk + (naflex ? "embeds." : "") + "cls_token", from + "cls");
      }
      blocks(from + "Transformer/", trunk + "blocks.", Block.TIMM);
      norm(trunk + "norm.", from + "Transformer/encoder_norm/", t -> t);
      pool(trunk + "attn_pool.", from + "MAPHead_0/");
    }

    void text(String from) {
      out.rename("text.token_embedding.weight", from + "Embed_0/embedding");
      out.map("text.positional_embedding", from + "pos_embedding", Conversion::squeezed);
      blocks(from + "Encoder_0/", "text.transformer.resblocks.", Block.NATIVE);
      norm("text.ln_final.", from + "Encoder_0/encoder_norm/", t -> t);
      dense("text.text_projection.", from + "head/", t -> t);
    }

    private void blocks(String from, String to, Block names) {
      String stacked = from + "encoderblock/";
      if (foreign.names().contains(stacked + "LayerNorm_0/scale")) {
        long count = foreign.get(stacked + "LayerNorm_0/scale").shape()[0];
        for (long i = 0; i < count; i++) {
          long index = i;
          block(stacked, to + i + ".", names, t -> layer(t, index));
        }
        return;
      }
      int i = 0;
      while (foreign.names().contains(from + "encoderblock_" + i + "/LayerNorm_0/scale")) {
        block(from + "encoderblock_" + i + "/", to + i + ".", names, t -> t);
        i++;
      }
    }

    private void block(String from, String to, Block names, UnaryOperator<Tensor> layer) {
      String attention = from + "MultiHeadDotProductAttention_0/";
      norm(to + names.norm1(), from + "LayerNorm_0/", layer);
      norm(to + names.norm2(), from + "LayerNorm_1/", layer);
      projections(to + names.attention(), attention, List.of("query", "key", "value"), layer);
      attended(to + names.projection(), attention, layer);
      dense(to + names.fc1(), from + "MlpBlock_0/Dense_0/", layer);
      dense(to + names.fc2(), from + "MlpBlock_0/Dense_1/", layer);
    }

    private void pool(String to, String from) {
      if (!foreign.names().contains(from + "probe")) {
        return;
      }
      String attention = from + "MultiHeadDotProductAttention_0/";
      out.rename(to + "latent", from + "probe");
      projections(to + "q.", attention, List.of("query"), t -> t);
      projections(to + "kv.", attention, List.of("key", "value"), t -> t);
      attended(to + "proj.", attention, t -> t);
      norm(to + "norm.", from + "LayerNorm_0/", t -> t);
      dense(to + "mlp.fc1.", from + "MlpBlock_0/Dense_0/", t -> t);
      dense(to + "mlp.fc2.", from + "MlpBlock_0/Dense_1/", t -> t);
    }

    private void norm(String to, String from, UnaryOperator<Tensor> layer) {
      out.map(to + "weight", from + "scale", layer);
      out.map(to + "bias", from + "bias", layer);
    }

    private void dense(String to, String from, UnaryOperator<Tensor> layer) {
      out.map(to + "weight", from + "kernel", t -> Rearranged.transposed(layer.apply(t)));
      out.map(to + "bias", from + "bias", layer);
    }

    /** Stacks kernels {@code [width, heads, headWidth]} as matrices {@code [out, in]}. */
    private void projections(
        String to, String from, List<String> parts, UnaryOperator<Tensor> layer) {
      out.stack(
          to + "weight",
          parts.stream().map(p -> from + p + "/kernel").toList(),
          t -> Rearranged.transposed(flattened(layer.apply(t), 1)));
      out.stack(
          to + "bias",
          parts.stream().map(p -> from + p + "/bias").toList(),
          t -> Rearranged.reshaped(layer.apply(t), layer.apply(t).count()));
    }

    /** A kernel {@code [heads, headWidth, width]} as a matrix {@code [out, in]}. */
    private void attended(String to, String from, UnaryOperator<Tensor> layer) {
      out.map(
          to + "weight",
          from + "out/kernel",
          t -> Rearranged.transposed(flattened(layer.apply(t), 2)));
      out.map(to + "bias", from + "out/bias", layer);
    }

    /** Returns a tensor of three axes as a matrix whose rows are the first so many axes. */
    private static Tensor flattened(Tensor tensor, int rowAxes) {
      long[] shape = tensor.shape();
      if (shape.length != 3) {
        throw new OpenClipException("a kernel must have three axes, but is " + tensor);
      }
      return rowAxes == 1
          ? Rearranged.reshaped(tensor, shape[0], shape[1] * shape[2])
          : Rearranged.reshaped(tensor, shape[0] * shape[1], shape[2]);
    }

    private static Tensor layer(Tensor stacked, long index) {
      Tensor row = Rearranged.rows(stacked, index, index + 1);
      long[] shape = row.shape();
      return Rearranged.reshaped(row, Arrays.copyOfRange(shape, 1, shape.length));
    }

    private Tensor patchKernel(Tensor kernel, String patches) {
      if (kernel.shape().length == 4) {
        return Rearranged.permuted(kernel, 3, 2, 0, 1);
      }
      Tensor linear = Rearranged.transposed(kernel);
      List<Long> shape = wanted.getOrDefault(patches + "weight", List.of());
      if (shape.size() != 4) {
        return linear;
      }
      // A list of the numbers of a patch: rows, columns, channels.
      Tensor patch =
          Rearranged.reshaped(linear, linear.shape()[0], shape.get(2), shape.get(3), shape.get(1));
      return Rearranged.permuted(patch, 0, 3, 1, 2);
    }

    private static Tensor positions(Tensor positions, boolean naflex) {
      long[] shape = positions.shape();
      long width = shape[shape.length - 1];
      long count = positions.count() / width;
      long side = Math.round(Math.sqrt((double) count));
      return naflex && side * side == count
          ? Rearranged.reshaped(positions, 1, side, side, width)
          : Rearranged.reshaped(positions, 1, count, width);
    }

    private static Tensor squeezed(Tensor positions) {
      long[] shape = positions.shape();
      return Rearranged.reshaped(
          positions, positions.count() / shape[shape.length - 1], shape[shape.length - 1]);
    }
  }
}
