package org.openclip.hub.checkpoint.naming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openclip.hub.checkpoint.naming.TransformersForm.part;
import static org.openclip.hub.checkpoint.naming.TransformersForm.replace;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.RecipeTensors;
import org.openclip.testkit.Fixtures;

/** A model of sound, taken apart as transformers holds it, has its own weights again. */
class ClapNamingTest {
  private static final String ENCODER = "audio_model.audio_encoder.";

  private final Map<String, Tensor> ours = new LinkedHashMap<>();
  private final Map<String, Tensor> foreign = new LinkedHashMap<>();

  /** The towers of the published models, small. */
  private static ClapArchitecture architecture() {
    return architecture(false);
  }

  private static ClapArchitecture architecture(boolean fuses) {
    Map<String, Object> roberta = new LinkedHashMap<>();
    roberta.put("model_type", "roberta");
    roberta.put("vocab_size", 50);
    roberta.put("hidden_size", 16);
    roberta.put("num_hidden_layers", 1);
    roberta.put("num_attention_heads", 2);
    roberta.put("intermediate_size", 24);
    roberta.put("max_position_embeddings", 20);
    roberta.put("type_vocab_size", 1);
    roberta.put("pad_token_id", 1);
    Map<String, Object> text =
        Map.of(
            "hf_model_name",
            "roberta-small",
            "hf_model_config",
            roberta,
            "context_length",
            12,
            "hf_pooler_type",
            "cls_pooler",
            "hf_proj_type",
            "clap_mlp");
    Map<String, Object> fixture = Goldens.object(Fixtures.path("sound/clap-htsat.json"));
    Map<String, Object> audio = new LinkedHashMap<>(Goldens.map(Goldens.get(fixture, "audio_cfg")));
    audio.put("enable_fusion", fuses);
    return ClapArchitecture.of(
        ClapConfig.of(Map.of("embed_dim", 16, "audio_cfg", audio, "text_cfg", text)),
        PluginRegistry.create());
  }

  @BeforeEach
  void takeApart() {
    takeApart(architecture());
  }

  private void takeApart(ClapArchitecture architecture) {
    architecture
        .parameters()
        .forEach(
            (name, p) -> {
              long[] sizes = p.shape().sizes();
              List<Long> shape = Arrays.stream(sizes).boxed().toList();
              ours.put(
                  name,
                  p.type() == DataType.INT64
                      ? Tensor.of(new long[(int) Tensor.count(sizes)], sizes)
                      : RecipeTensors.of(name, shape));
            });
    ours.forEach(this::take);
    // What those files hold besides.
    put("logit_scale_t");
    put("text_model.embeddings.position_ids", 1, 20);
    put(ENCODER + "layers.0.blocks.0.attention.self.relative_position_index", 64, 64);
    put(ENCODER + "patch_embed.fusion_model.local_att.0.weight", 4, 16, 1, 1);
    put(ENCODER + "patch_embed.mel_conv2d.weight", 16, 1, 4, 12);
  }

  private void put(String name, long... shape) {
    foreign.putIfAbsent(name, RecipeTensors.of(name, Arrays.stream(shape).boxed().toList()));
  }

  private void take(String name, Tensor tensor) {
    Matcher block =
        Pattern.compile("audio\\.encoder\\.(layers\\.\\d+\\.blocks\\.\\d+\\.)(.+)").matcher(name);
    if (!block.matches()) {
      foreign.put(
          replace(
              name,
              "audio.encoder.bn0.",
              ENCODER + "batch_norm.",
              "audio.encoder.",
              ENCODER,
              "audio.proj.0.",
              "audio_projection.linear1.",
              "audio.proj.2.",
              "audio_projection.linear2.",
              "text.proj.0.",
              "text_projection.linear1.",
              "text.proj.2.",
              "text_projection.linear2.",
              "text.transformer.",
              "text_model.",
              "logit_scale",
              "logit_scale_a"),
          tensor);
    } else if (block.group(2).startsWith("attn.qkv.")) {
      String kind = block.group(2).substring("attn.qkv.".length());
      List<String> parts = List.of("query.", "key.", "value.");
      for (int i = 0; i < 3; i++) {
        foreign.put(
            ENCODER + block.group(1) + "attention.self." + parts.get(i) + kind, part(tensor, i, 3));
      }
    } else {
      foreign.put(
          ENCODER
              + block.group(1)
              + replace(
                  block.group(2),
                  "norm1.",
                  "layernorm_before.",
                  "norm2.",
                  "layernorm_after.",
                  "attn.relative",
                  "attention.self.relative",
                  "attn.proj.",
                  "attention.output.dense.",
                  "mlp.fc1.",
                  "intermediate.dense.",
                  "mlp.fc2.",
                  "output.dense."),
          tensor);
    }
  }

  @Test
  void whatFusesLongerSoundsIsFound() {
    ours.clear();
    foreign.clear();
    takeApart(architecture(true));

    assertThat(ours)
        .containsKeys(
            "audio.encoder.patch_embed.mel_conv2d.weight",
            "audio.encoder.patch_embed.fusion_model.global_att.5.running_var");
    assertLoads(architecture(true));
  }

  @Test
  void clapOfTransformers() {
    assertLoads(architecture());
  }

  private void assertLoads(ClapArchitecture architecture) {

    Weights loaded =
        StateDict.load(
            "test", Weights.of(foreign), "model", architecture.parameters(), architecture::fit);

    assertThat(loaded.names()).containsExactlyInAnyOrderElementsOf(ours.keySet());
    ours.forEach(
        (name, tensor) -> {
          assertThat(loaded.get(name)).as(name).hasToString(tensor.toString());
          assertThat(loaded.get(name).data()).as(name).isEqualTo(tensor.data());
        });
  }

  @Test
  void theLibraryIsRecognised() {
    assertThat(ForeignNaming.of(foreign.keySet()))
        .hasValueSatisfying(
            naming -> assertThat(naming.library()).isEqualTo("Hugging Face transformers (CLAP)"));
    assertThat(ForeignNaming.of(ours.keySet())).isEmpty();
  }
}
