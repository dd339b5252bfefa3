package org.openclip.hub.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokens;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyCatalogue;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** Models as transformers loads them, and back. */
@Tag("once")
class TransformersFolderTest {
  /** What a layer of either tower has in the files of openai/clip-vit-* and google/siglip-*. */
  private static final List<String> LAYER =
      List.of(
          "self_attn.k_proj",
          "self_attn.v_proj",
          "self_attn.q_proj",
          "self_attn.out_proj",
          "layer_norm1",
          "layer_norm2",
          "mlp.fc1",
          "mlp.fc2");

  /** The rest of what the files of openai/clip-vit-* have. */
  private static final List<String> CLIP =
      List.of(
          "logit_scale",
          "text_model.embeddings.token_embedding.weight",
          "text_model.embeddings.position_embedding.weight",
          "text_model.final_layer_norm.weight",
          "text_model.final_layer_norm.bias",
          "vision_model.embeddings.class_embedding",
          "vision_model.embeddings.patch_embedding.weight",
          "vision_model.embeddings.position_embedding.weight",
          "vision_model.pre_layrnorm.weight",
          "vision_model.pre_layrnorm.bias",
          "vision_model.post_layernorm.weight",
          "vision_model.post_layernorm.bias",
          "visual_projection.weight",
          "text_projection.weight");

  /** The rest of what the files of google/siglip-* have. */
  private static final List<String> SIGLIP =
      List.of(
          "logit_scale",
          "logit_bias",
          "text_model.embeddings.token_embedding.weight",
          "text_model.embeddings.position_embedding.weight",
          "text_model.final_layer_norm.weight",
          "text_model.final_layer_norm.bias",
          "text_model.head.weight",
          "text_model.head.bias",
          "vision_model.embeddings.patch_embedding.weight",
          "vision_model.embeddings.patch_embedding.bias",
          "vision_model.embeddings.position_embedding.weight",
          "vision_model.post_layernorm.weight",
          "vision_model.post_layernorm.bias",
          "vision_model.head.probe",
          "vision_model.head.attention.in_proj_weight",
          "vision_model.head.attention.in_proj_bias",
          "vision_model.head.attention.out_proj.weight",
          "vision_model.head.attention.out_proj.bias",
          "vision_model.head.layernorm.weight",
          "vision_model.head.layernorm.bias",
          "vision_model.head.mlp.fc1.weight",
          "vision_model.head.mlp.fc1.bias",
          "vision_model.head.mlp.fc2.weight",
          "vision_model.head.mlp.fc2.bias");

  @TempDir Path folder;

  private static List<String> names(List<String> others, int text, int vision) {
    List<String> names = new ArrayList<>(others);
    for (int i = 0; i < Math.max(text, vision); i++) {
      for (String part : LAYER) {
        for (String kind : List.of(".weight", ".bias")) {
          if (i < text) {
            names.add("text_model.encoder.layers." + i + "." + part + kind);
          }
          if (i < vision) {
            names.add("vision_model.encoder.layers." + i + "." + part + kind);
          }
        }
      }
    }
    return names;
  }

  private static String golden(String name) {
    return "local-dir:" + Fixtures.path("checkpoints/" + name);
  }

  private static Weights open(Path file) {
    return Checkpoints.open(file, PluginRegistry.create());
  }

  /** Checks that two models answer the same, bit by bit. */
  private static void assertSame(ClipModel model, ClipModel again) {
    int size = model.architecture().imageEncoder().height();
    int length = model.architecture().textEncoder().contextLength();
    Tensor pixels = Goldens.picture("transformers", 2, size, size);
    long[] ids = new long[2 * length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (i * 37L + 1) % model.architecture().textEncoder().vocabularySize();
    }
    Tokens tokens = Tokens.of(length, ids);
    assertEqual(again.encodePixels(pixels), model.encodePixels(pixels));
    assertEqual(again.encodeTokens(tokens), model.encodeTokens(tokens));
    assertThat(again.logitScale()).isEqualTo(model.logitScale());
    assertThat(again.logitBias()).isEqualTo(model.logitBias());
  }

  private static void assertEqual(Embeddings actual, Embeddings expected) {
    assertThat(actual.toArray()).containsExactly(expected.toArray(), within(1e-6f));
  }

  @Test
  void clipHasTheNamesAndFactsOfTheLibrary() throws IOException {
    Path out = folder.resolve("clip");
    List<Path> written = OpenClip.model(golden("vit")).saveTransformers(out, null);

    assertThat(written)
        .startsWith(
            out.resolve("model.safetensors"),
            out.resolve("config.json"),
            out.resolve("preprocessor_config.json"));
    try (Weights weights = open(out.resolve("model.safetensors"))) {
      assertThat(weights.names()).containsExactlyInAnyOrderElementsOf(names(CLIP, 3, 3));
      assertThat(weights.get("text_projection.weight").shape()).containsExactly(32, 48);
      assertThat(weights.get("visual_projection.weight").shape()).containsExactly(32, 64);
      assertThat(weights.get("logit_scale").shape()).isEmpty();
    }
    Map<String, Object> config = JsonObjects.read(out.resolve("config.json"));
    assertThat(config)
        .containsEntry("architectures", List.of("CLIPModel"))
        .containsEntry("model_type", "clip")
        .containsEntry("projection_dim", 32)
        .containsEntry("torch_dtype", "float32");
    assertThat(tower(config, "text_config"))
        .containsEntry("model_type", "clip_text_model")
        .containsEntry("hidden_size", 48)
        .containsEntry("intermediate_size", 192)
        .containsEntry("num_hidden_layers", 3)
        .containsEntry("num_attention_heads", 3)
        .containsEntry("max_position_embeddings", 16)
        .containsEntry("vocab_size", 200)
        .containsEntry("hidden_act", "gelu")
        .containsEntry("layer_norm_eps", 1e-5)
        .containsEntry("projection_dim", 32)
        .containsEntry("eos_token_id", 2);
    assertThat(tower(config, "vision_config"))
        .containsEntry("model_type", "clip_vision_model")
        .containsEntry("hidden_size", 64)
        .containsEntry("num_attention_heads", 4)
        .containsEntry("image_size", 64)
        .containsEntry("patch_size", 16)
        .containsEntry("projection_dim", 32);
    assertThat(JsonObjects.read(out.resolve("preprocessor_config.json")))
        .containsEntry("image_processor_type", "CLIPImageProcessor")
        .containsEntry("size", Map.of("shortest_edge", 64))
        .containsEntry("crop_size", Map.of("height", 64, "width", 64))
        .containsEntry("do_center_crop", true)
        .containsEntry("resample", 3)
        .containsEntry("image_mean", List.of(0.48145466, 0.4578275, 0.40821073));
    try (ClipModel model = OpenClip.load(golden("vit"));
        ClipModel again = OpenClip.model(golden("vit")).pretrained(out.toString()).load()) {
      assertSame(model, again);
    }
  }

  @Test
  void siglipHasTheNamesAndFactsOfTheLibrary() {
    Path out = folder.resolve("siglip");
    OpenClip.model(golden("siglip")).saveTransformers(out, null);

    try (Weights weights = open(out.resolve("model.safetensors"))) {
      assertThat(weights.names()).containsExactlyInAnyOrderElementsOf(names(SIGLIP, 2, 2));
      assertThat(weights.get("vision_model.head.probe").shape()).containsExactly(1, 1, 48);
      assertThat(weights.get("vision_model.head.attention.in_proj_weight").shape())
          .containsExactly(144, 48);
      assertThat(weights.get("vision_model.embeddings.position_embedding.weight").shape())
          .containsExactly(16, 48);
      assertThat(weights.get("logit_scale").shape()).containsExactly(1);
      assertThat(weights.get("logit_bias").shape()).containsExactly(1);
    }
    Map<String, Object> config = JsonObjects.read(out.resolve("config.json"));
    assertThat(config)
        .containsEntry("architectures", List.of("SiglipModel"))
        .containsEntry("model_type", "siglip");
    assertThat(tower(config, "text_config"))
        .containsEntry("model_type", "siglip_text_model")
        .containsEntry("projection_size", 48)
        .containsEntry("num_attention_heads", 3)
        .containsEntry("max_position_embeddings", 16)
        .containsEntry("layer_norm_eps", 1e-6);
    assertThat(tower(config, "vision_config"))
        .containsEntry("model_type", "siglip_vision_model")
        .containsEntry("num_hidden_layers", 2)
        .containsEntry("intermediate_size", 192)
        .containsEntry("layer_norm_eps", 1e-6);
    assertThat(JsonObjects.read(out.resolve("preprocessor_config.json")))
        .containsEntry("image_processor_type", "SiglipImageProcessor")
        .containsEntry("size", Map.of("height", 64, "width", 64));
    try (ClipModel model = OpenClip.load(golden("siglip"));
        ClipModel again = OpenClip.model(golden("siglip")).pretrained(out.toString()).load()) {
      assertSame(model, again);
    }
  }

  @Test
  void theActivationAndThePreprocessingComeBackByTheFilesAlone() throws IOException {
    PluginRegistry plugins = TinyCatalogue.plugins(folder.resolve("plugin"));
    ModelBuilder quick = OpenClip.model("tiny-16").plugins(plugins).override("quick_gelu", true);
    Weights weights = FreshWeights.hash(quick.architecture()).toWeights();
    quick
        .weights(weights)
        .preprocess("mean", List.of(0.5, 0.4, 0.3))
        .preprocess("interpolation", "bilinear");
    Path out = folder.resolve("quick");

    List<Path> written = quick.saveTransformers(out, DataType.FLOAT16);

    assertThat(written).contains(out.resolve("vocab.json"), out.resolve("merges.txt"));
    Map<String, Object> config = JsonObjects.read(out.resolve("config.json"));
    assertThat(config).containsEntry("torch_dtype", "float16");
    assertThat(tower(config, "text_config"))
        .containsEntry("hidden_act", "quick_gelu")
        .containsEntry("bos_token_id", 49406)
        .containsEntry("eos_token_id", 49407);
    ModelBuilder back =
        OpenClip.model("tiny-16")
            .plugins(plugins)
            .pretrained(out.resolve("model.safetensors") + "");
    assertThat(back.architecture().config().quickGelu()).isTrue();
    assertThat(back.preprocessing()).isEqualTo(quick.preprocessing());
    try (ClipModel model = quick.load();
        ClipModel again = back.load()) {
      Tensor pixels = Goldens.picture("transformers", 2, 32, 32);
      assertThat(again.encodePixels(pixels).toArray())
          .containsExactly(model.encodePixels(pixels).toArray(), within(0.02f));
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> tower(Map<String, Object> config, String name) {
    return (Map<String, Object>) Goldens.get(config, name);
  }

  private void assertRefused(Map<String, Object> config, String why) {
    Path written = folder.resolve("refused");
    String model = TinyModels.write(written, config);
    Path out = folder.resolve("none");
    assertThatThrownBy(() -> OpenClip.model(model).saveTransformers(out, null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("transformers does not support this model: ")
        .hasMessageContaining(why);
    assertThat(Files.exists(out)).isFalse();
  }

  private static Map<String, Object> config(String tower, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(TinyModels.CONFIG);
    Map<String, Object> own = new HashMap<>(tower(config, tower));
    own.putAll(more);
    config.put(tower, own);
    return config;
  }

  @Test
  void whatTheLibraryHasNotIsRefusedWithTheReason() {
    assertRefused(
        config("vision_cfg", Map.of("layers", List.of(1, 1, 1, 1))), "its image tower is a ResNet");
    assertRefused(config("vision_cfg", Map.of("pool_type", "avg")), "with [pool_type]");
    assertRefused(config("vision_cfg", Map.of("no_ln_pre", true)), "with [no_ln_pre]");
    assertRefused(config("vision_cfg", Map.of("image_size", List.of(32, 48))), "not square");
    assertRefused(
        config("text_cfg", Map.of("no_causal_mask", true)), "its text tower differs from that of");
    assertRefused(config("text_cfg", Map.of("pool_type", "first")), "with [pool_type]");
    Map<String, Object> biased = new HashMap<>(TinyModels.CONFIG);
    biased.put("init_logit_bias", -10);
    assertRefused(biased, "it has a logit bias");
    assertThatThrownBy(() -> OpenClip.model(golden("coca")).saveTransformers(folder, null))
        .hasMessageContaining("it has a caption decoder");
  }
}
