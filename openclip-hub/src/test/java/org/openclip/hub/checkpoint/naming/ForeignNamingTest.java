package org.openclip.hub.checkpoint.naming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.openclip.hub.checkpoint.naming.TransformersForm.part;
import static org.openclip.hub.checkpoint.naming.TransformersForm.replace;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.model.FreshWeights;
import org.openclip.testkit.Fixtures;

/**
 * Models under the names of other libraries: each test takes a model apart as that library holds
 * it, and the loaded weights must be the model's to the bit. One file, because all of them take
 * models apart by the same few steps.
 */
class ForeignNamingTest {
  @TempDir Path folder;

  private final Map<String, Tensor> foreign = new LinkedHashMap<>();

  private static Architecture architecture(String golden) throws IOException {
    Path file = Fixtures.path("features/" + golden + ".json");
    Map<String, Object> json = JSON.std.mapFrom(Files.readAllBytes(file));
    return architecture(json.get("model_cfg"));
  }

  private static Architecture architecture(Object config) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) config).forEach((k, v) -> map.put(String.valueOf(k), v));
    return Architecture.of(ModelConfig.of(map), PluginRegistry.create());
  }

  private void assertLoads(Architecture architecture, Weights weights) {
    Weights expected = FreshWeights.hash(architecture).toWeights();
    Weights loaded = StateDict.load("test", weights, "model", architecture);
    assertThat(loaded.names()).containsExactlyInAnyOrderElementsOf(expected.names());
    for (String name : expected.names()) {
      assertThat(loaded.get(name)).as(name).hasToString(expected.get(name).toString());
      assertThat(loaded.get(name).data()).as(name).isEqualTo(expected.get(name).data());
    }
  }

  @Test
  void clipOfTransformers() throws IOException {
    Architecture architecture = architecture("vit");
    Weights ours = FreshWeights.hash(architecture).toWeights();
    new TransformersForm(foreign).clip(ours);
    foreign.put("text_model.embeddings.position_ids", Tensor.of(new long[] {0, 1}, 1, 2));

    assertLoads(architecture, Weights.of(foreign));
  }

  @Test
  void siglipOfTransformers() throws IOException {
    Architecture architecture = architecture("siglip");
    Weights ours = FreshWeights.hash(architecture).toWeights();
    for (String name : ours.names()) {
      Tensor t = ours.get(name);
      if (new TransformersForm(foreign).layer(name, t, "visual.trunk.blocks.", "vision_model")
          || new TransformersForm(foreign)
              .layer(name, t, "text.transformer.resblocks.", "text_model")
          || name.startsWith("visual.trunk.attn_pool.kv.")) {
        continue;
      }
      if (name.startsWith("visual.trunk.attn_pool.q.")) {
        String kv = name.replace(".q.", ".kv.");
        foreign.put(
            "vision_model.head.attention.in_proj_" + name.substring(name.lastIndexOf('.') + 1),
            Rearranged.stacked(List.of(t, ours.get(kv))));
        continue;
      }
      if (name.equals("visual.trunk.pos_embed")) {
        t = Rearranged.reshaped(t, t.shape()[1], t.shape()[2]);
      }
      foreign.put(
          replace(
              name,
              "visual.trunk.patch_embed.proj",
              "vision_model.embeddings.patch_embedding",
              "visual.trunk.pos_embed",
              "vision_model.embeddings.position_embedding.weight",
              "visual.trunk.attn_pool.latent",
              "vision_model.head.probe",
              "visual.trunk.attn_pool.proj",
              "vision_model.head.attention.out_proj",
              "visual.trunk.attn_pool.norm",
              "vision_model.head.layernorm",
              "visual.trunk.attn_pool",
              "vision_model.head",
              "visual.trunk.norm",
              "vision_model.post_layernorm",
              "text.token_embedding",
              "text_model.embeddings.token_embedding",
              "text.positional_embedding",
              "text_model.embeddings.position_embedding.weight",
              "text.ln_final",
              "text_model.final_layer_norm",
              "text.text_projection",
              "text_model.head"),
          t);
    }

    assertLoads(architecture, Weights.of(foreign));
  }

  /** A linear layer's weight as Flax holds it, {@code [in, out]}, or with the heads apart. */
  private static Tensor kernel(Tensor weight, long... shape) {
    Tensor transposed = Rearranged.transposed(weight);
    return shape.length == 0 ? transposed : Rearranged.reshaped(transposed, shape);
  }

  private void flaxAttention(Weights ours, String qkv, String proj, String to, int heads) {
    Tensor bias = ours.get(qkv + "bias");
    long width = bias.count() / 3;
    List<String> parts = List.of("query", "key", "value");
    for (int i = 0; i < 3; i++) {
      foreign.put(
          to + parts.get(i) + "/kernel",
          kernel(part(ours.get(qkv + "weight"), i, 3), width, heads, width / heads));
      foreign.put(
          to + parts.get(i) + "/bias", Rearranged.reshaped(part(bias, i, 3), heads, width / heads));
    }
    foreign.put(to + "out/kernel", kernel(ours.get(proj + "weight"), heads, width / heads, width));
    foreign.put(to + "out/bias", ours.get(proj + "bias"));
  }

  private void flaxDense(Weights ours, String from, String to) {
    foreign.put(to + "kernel", kernel(ours.get(from + "weight")));
    foreign.put(to + "bias", ours.get(from + "bias"));
  }

  private void flaxNorm(Weights ours, String from, String to) {
    foreign.put(to + "scale", ours.get(from + "weight"));
    foreign.put(to + "bias", ours.get(from + "bias"));
  }

  private void flaxSiglip(Architecture architecture) {
    Weights ours = FreshWeights.hash(architecture).toWeights();
    String img = "params/img/";
    String trunk = "visual.trunk.";
    foreign.put(
        img + "embedding/kernel",
        Rearranged.permuted(ours.get(trunk + "patch_embed.proj.weight"), 2, 3, 1, 0));
    foreign.put(img + "embedding/bias", ours.get(trunk + "patch_embed.proj.bias"));
    foreign.put(img + "pos_embedding", ours.get(trunk + "pos_embed"));
    for (int i = 0; ours.names().contains(trunk + "blocks." + i + ".norm1.weight"); i++) {
      String from = trunk + "blocks." + i + ".";
      String to = img + "Transformer/encoderblock_" + i + "/";
      flaxNorm(ours, from + "norm1.", to + "LayerNorm_0/");
      flaxNorm(ours, from + "norm2.", to + "LayerNorm_1/");
      flaxAttention(
          ours, from + "attn.qkv.", from + "attn.proj.", to + "MultiHeadDotProductAttention_0/", 4);
      flaxDense(ours, from + "mlp.fc1.", to + "MlpBlock_0/Dense_0/");
      flaxDense(ours, from + "mlp.fc2.", to + "MlpBlock_0/Dense_1/");
    }
    flaxNorm(ours, trunk + "norm.", img + "Transformer/encoder_norm/");
    String pool = img + "MAPHead_0/";
    foreign.put(pool + "probe", ours.get(trunk + "attn_pool.latent"));
    Map<String, Tensor> joined = new LinkedHashMap<>();
    for (String kind : List.of("weight", "bias")) {
      joined.put(
          "qkv." + kind,
          Rearranged.stacked(
              List.of(
                  ours.get(trunk + "attn_pool.q." + kind),
                  ours.get(trunk + "attn_pool.kv." + kind))));
      joined.put("proj." + kind, ours.get(trunk + "attn_pool.proj." + kind));
    }
    flaxAttention(Weights.of(joined), "qkv.", "proj.", pool + "MultiHeadDotProductAttention_0/", 4);
    flaxNorm(ours, trunk + "attn_pool.norm.", pool + "LayerNorm_0/");
    flaxDense(ours, trunk + "attn_pool.mlp.fc1.", pool + "MlpBlock_0/Dense_0/");
    flaxDense(ours, trunk + "attn_pool.mlp.fc2.", pool + "MlpBlock_0/Dense_1/");
    String txt = "params/txt/";
    foreign.put(txt + "Embed_0/embedding", ours.get("text.token_embedding.weight"));
    Tensor positions = ours.get("text.positional_embedding");
    foreign.put(
        txt + "pos_embedding",
        Rearranged.reshaped(positions, 1, positions.shape()[0], positions.shape()[1]));
    for (int i = 0;
        ours.names().contains("text.transformer.resblocks." + i + ".ln_1.weight");
        i++) {
      String from = "text.transformer.resblocks." + i + ".";
      String to = txt + "Encoder_0/encoderblock_" + i + "/";
      flaxNorm(ours, from + "ln_1.", to + "LayerNorm_0/");
      flaxNorm(ours, from + "ln_2.", to + "LayerNorm_1/");
      flaxAttention(
          ours,
          from + "attn.in_proj_",
          from + "attn.out_proj.",
          to + "MultiHeadDotProductAttention_0/",
          4);
      flaxDense(ours, from + "mlp.c_fc.", to + "MlpBlock_0/Dense_0/");
      flaxDense(ours, from + "mlp.c_proj.", to + "MlpBlock_0/Dense_1/");
    }
    flaxNorm(ours, "text.ln_final.", txt + "Encoder_0/encoder_norm/");
    flaxDense(ours, "text.text_projection.", txt + "head/");
    foreign.put("params/t", Rearranged.reshaped(ours.get("logit_scale"), 1));
    foreign.put("params/b", Rearranged.reshaped(ours.get("logit_bias"), 1));
  }

  @Test
  void siglipOfBigVision() throws IOException {
    Architecture architecture = architecture("siglip");
    flaxSiglip(architecture);

    Path file = npz();
    try (Weights weights = Checkpoints.open(file, PluginRegistry.create())) {
      assertThat(weights.names()).containsExactlyInAnyOrderElementsOf(foreign.keySet());
      assertLoads(architecture, weights);
    }
  }

  @Test
  void siglipOfBigVisionWithStackedBlocks() throws IOException {
    Architecture architecture = architecture("siglip");
    flaxSiglip(architecture);
    Map<String, List<Tensor>> stacks = new LinkedHashMap<>();
    for (String name : new ArrayList<>(foreign.keySet())) {
      if (name.matches(".*/encoderblock_\\d+/.*")) {
        Tensor t = foreign.remove(name);
        long[] one = new long[t.shape().length + 1];
        one[0] = 1;
        System.arraycopy(t.shape(), 0, one, 1, t.shape().length);
        stacks
            .computeIfAbsent(
                name.replaceAll("/encoderblock_\\d+/", "/encoderblock/"), k -> new ArrayList<>())
            .add(Rearranged.reshaped(t, one));
      }
    }
    stacks.forEach((name, parts) -> foreign.put(name, Rearranged.stacked(parts)));

    assertLoads(architecture, Weights.of(foreign));
  }

  @Test
  void perceptionEncoderOfMeta() throws IOException {
    Architecture architecture = architecture("pe-core");
    Weights ours = FreshWeights.hash(architecture).toWeights();
    String trunk = "visual.trunk.";
    for (String name : ours.names()) {
      Tensor t = ours.get(name);
      switch (name) {
        case "visual.trunk.head.bias",
            "visual.trunk.attn_pool.kv.weight",
            "visual.trunk.attn_pool.kv.bias" -> {}
        case "visual.trunk.head.weight" -> foreign.put("visual.proj", Rearranged.transposed(t));
        case "visual.trunk.attn_pool.q.weight", "visual.trunk.attn_pool.q.bias" ->
            foreign.put(
                "visual.attn_pool.attn.in_proj_" + name.substring(name.lastIndexOf('.') + 1),
                Rearranged.stacked(List.of(t, ours.get(name.replace(".q.", ".kv.")))));
        case "visual.trunk.cls_token" ->
            foreign.put("visual.class_embedding", Rearranged.reshaped(t, t.count()));
        case "visual.trunk.pos_embed" ->
            foreign.put(
                "visual.positional_embedding", Rearranged.reshaped(t, t.shape()[1], t.shape()[2]));
        default ->
            foreign.put(
                name.startsWith(trunk)
                    ? "visual."
                        + replace(
                                name.substring(trunk.length()),
                                "attn_pool.latent",
                                "attn_pool.probe",
                                "attn_pool.norm.",
                                "attn_pool.layernorm.",
                                "attn_pool.proj.",
                                "attn_pool.attn.out_proj.",
                                "attn_pool.mlp.fc1",
                                "attn_pool.mlp.c_fc",
                                "attn_pool.mlp.fc2",
                                "attn_pool.mlp.c_proj",
                                "patch_embed.proj",
                                "conv1",
                                "blocks.",
                                "transformer.resblocks.",
                                "norm_pre",
                                "ln_pre",
                                "norm1",
                                "ln_1",
                                "norm2",
                                "ln_2",
                                "attn.qkv.",
                                "attn.in_proj_",
                                "attn.proj",
                                "attn.out_proj",
                                "mlp.fc1",
                                "mlp.c_fc",
                                "mlp.fc2",
                                "mlp.c_proj")
                            .replaceFirst("^norm\\.", "ln_post.")
                    : name.replaceFirst("^text\\.", ""),
                t);
      }
    }
    foreign.put("visual.rope.freqs", Tensor.of(new float[2], 2));

    Weights loaded = StateDict.load("test", Weights.of(foreign), "model", architecture);
    for (String name : ours.names()) {
      float[] expected = ours.get(name).toFloats();
      if (name.equals("visual.trunk.head.bias")) {
        expected = new float[expected.length];
      }
      assertThat(loaded.get(name).toFloats()).as(name).containsExactly(expected);
    }
  }

  @Test
  void mobileClipOfApple() throws IOException {
    Architecture architecture = architecture("mobileclip-s");
    Weights ours = FreshWeights.hash(architecture).toWeights();
    // Where in Apple's flat list of layers a stage begins, by the parts that come before it.
    int[] first = {0, 2, 4, 6, 9};
    boolean[] position = new boolean[5];
    for (String name : ours.names()) {
      Matcher m = Pattern.compile("visual\\.trunk\\.stages\\.(\\d)\\.pos_emb.*").matcher(name);
      if (m.matches()) {
        position[Integer.parseInt(m.group(1))] = true;
      }
    }
    for (String name : ours.names()) {
      Tensor t = ours.get(name);
      if (name.equals("visual.trunk.head.fc.bias")) {
        continue;
      }
      if (name.equals("visual.trunk.head.fc.weight")) {
        foreign.put("image_encoder.model.head.proj", Rearranged.transposed(t));
      } else if (name.startsWith("visual.trunk.")) {
        String rest =
            replace(
                name.substring("visual.trunk.".length()),
                "conv_kxk",
                "rbr_conv",
                "conv_scale",
                "rbr_scale",
                "identity",
                "rbr_skip",
                "final_conv",
                "conv_exp",
                "large_conv",
                "lkb_origin",
                "mlp.",
                "convffn.",
                "se.fc1",
                "se.reduce",
                "se.fc2",
                "se.expand",
                ".gamma",
                "");
        Matcher stage = Pattern.compile("stages\\.(\\d)\\.(.*)").matcher(rest);
        if (stage.matches()) {
          int index = Integer.parseInt(stage.group(1));
          String inner = stage.group(2);
          // A stage is its down-sampling, if it has one, its position, if it has one, its blocks.
          int at = first[index];
          if (inner.startsWith("downsample.")) {
            rest = "network." + (at - 1) + "." + inner.substring("downsample.".length());
          } else if (inner.startsWith("pos_emb.pos_enc.")) {
            rest = "network." + at + "." + inner.replace("pos_emb.pos_enc.", "pe.");
          } else {
            int blocks = at + (position[index] ? 1 : 0);
            rest = "network." + blocks + "." + inner.substring("blocks.".length());
          }
        } else {
          rest = rest.replaceFirst("^stem", "patch_embed");
        }
        foreign.put("image_encoder.model." + rest, t);
      } else {
        foreign.put(appleText(name), name.equals("text.positional_embedding") ? wrapped(t) : t);
      }
    }

    Weights loaded = StateDict.load("test", Weights.of(foreign), "model", architecture);
    for (String name : ours.names()) {
      if (ours.get(name).type().floating() && !name.equals("visual.trunk.head.fc.bias")) {
        assertThat(loaded.get(name).toFloats()).as(name).containsExactly(ours.get(name).toFloats());
      }
    }
    assertThat(loaded.get("visual.trunk.head.fc.bias").toFloats()).containsOnly(0);
  }

  private static Tensor wrapped(Tensor t) {
    return Rearranged.reshaped(t, 1, 1, t.shape()[0], t.shape()[1]);
  }

  private static String appleText(String name) {
    return name.startsWith("text.")
        ? "text_encoder."
            + replace(
                name.substring("text.".length()),
                "text_projection",
                "projection_layer",
                "token_embedding",
                "embedding_layer",
                "positional_embedding",
                "positional_embedding.pos_embed.pos_embed",
                "ln_final",
                "final_layer_norm",
                "transformer.resblocks",
                "transformer",
                "ln_1",
                "pre_norm_mha.0",
                "ln_2",
                "pre_norm_ffn.0",
                "mlp.c_fc",
                "pre_norm_ffn.1",
                "mlp.c_proj",
                "pre_norm_ffn.4",
                "attn.in_proj_",
                "pre_norm_mha.1.qkv_proj.",
                "attn.out_proj",
                "pre_norm_mha.1.out_proj")
        : name;
  }

  @Test
  void mobileClipOfAppleWithATransformer() throws IOException {
    Architecture architecture =
        architecture(
            JSON.std.mapFrom(
                """
                {"embed_dim": 32,
                 "vision_cfg": {"timm_model_name": "vit_base_mci_224", "timm_pool": "token",
                   "timm_proj": null, "image_size": 64,
                   "timm_model_kwargs": {"embed_dim": 64, "depth": 2, "num_heads": 4}},
                 "text_cfg": {"context_length": 16, "vocab_size": 96, "width": 32, "heads": 2,
                   "layers": 1, "no_causal_mask": false},
                 "custom_text": true}
                """));
    Weights ours = FreshWeights.hash(architecture).toWeights();
    for (String name : ours.names()) {
      Tensor t = ours.get(name);
      if (name.equals("visual.trunk.head.weight")) {
        foreign.put("image_encoder.model.classifier.proj", Rearranged.transposed(t));
      } else if (name.equals("visual.trunk.pos_embed")) {
        foreign.put(
            "image_encoder.model.pos_embed.pos_embed.pos_embed",
            Rearranged.reshaped(t, 1, 1, t.shape()[1], t.shape()[2]));
      } else if (name.startsWith("visual.trunk.") && !name.endsWith("head.bias")) {
        foreign.put(
            "image_encoder.model."
                + replace(
                        name.substring("visual.trunk.".length()),
                        "blocks.",
                        "transformer.",
                        "norm1.",
                        "pre_norm_mha.0.",
                        "norm2.",
                        "pre_norm_ffn.0.",
                        "attn.qkv.",
                        "pre_norm_mha.1.qkv_proj.",
                        "attn.proj.",
                        "pre_norm_mha.1.out_proj.",
                        "mlp.fc1.",
                        "pre_norm_ffn.1.",
                        "mlp.fc2.",
                        "pre_norm_ffn.4.",
                        "patch_embed.backbone.",
                        "patch_emb.")
                    .replaceFirst("^norm\\.", "post_transformer_norm.")
                    .replaceFirst("^(patch_emb\\.\\d\\.)conv\\.", "$1block.conv.")
                    .replaceFirst("^(patch_emb\\.\\d\\.)bn\\.", "$1block.norm."),
            t);
      } else if (!name.startsWith("visual.")) {
        foreign.put(appleText(name), name.equals("text.positional_embedding") ? wrapped(t) : t);
      }
    }

    Weights loaded = StateDict.load("test", Weights.of(foreign), "model", architecture);
    assertThat(loaded.get("visual.trunk.patch_embed.backbone.0.conv.weight").data())
        .isEqualTo(ours.get("visual.trunk.patch_embed.backbone.0.conv.weight").data());
    assertThat(loaded.get("visual.trunk.blocks.1.attn.qkv.weight").data())
        .isEqualTo(ours.get("visual.trunk.blocks.1.attn.qkv.weight").data());
    assertThat(loaded.get("visual.trunk.pos_embed").data())
        .isEqualTo(ours.get("visual.trunk.pos_embed").data());
  }

  @Test
  void aForeignModelOfAnotherSizeIsListedByOurNames() throws IOException {
    flaxSiglip(architecture("siglip"));
    foreign.remove("params/img/embedding/bias");
    assertThatThrownBy(
            () -> StateDict.load("test", Weights.of(foreign), "model", architecture("siglip")))
        .isInstanceOf(WeightsMismatchException.class)
        .hasMessageContaining("1 missing: visual.trunk.patch_embed.proj.bias[");
  }

  /** Writes the tensors as NumPy's savez does. */
  private Path npz() throws IOException {
    Path file = folder.resolve("siglip.npz");
    try (OutputStream stream = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(stream)) {
      for (Map.Entry<String, Tensor> entry : foreign.entrySet()) {
        byte[] bytes = npy(entry.getValue());
        ZipEntry member = new ZipEntry(entry.getKey() + ".npy");
        member.setMethod(ZipEntry.STORED);
        member.setSize(bytes.length);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        member.setCrc(crc.getValue());
        zip.putNextEntry(member);
        zip.write(bytes);
        zip.closeEntry();
      }
    }
    return file;
  }

  private static byte[] npy(Tensor tensor) {
    String shape = Arrays.toString(tensor.shape()).replace("[", "(").replace("]", ",)");
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
    int padded = (10 + header.length() + 64) / 64 * 64 - 10;
    ByteBuffer start = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    start.put((byte) 1).put((byte) 0).putShort((short) padded);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(start.array());
    out.writeBytes(
        (header + " ".repeat(padded - header.length() - 1) + "\n")
            .getBytes(StandardCharsets.US_ASCII));
    byte[] data = new byte[(int) tensor.bytes()];
    tensor.data().get(data);
    out.writeBytes(data);
    return out.toByteArray();
  }
}
