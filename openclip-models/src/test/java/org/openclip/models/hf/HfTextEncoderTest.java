package org.openclip.models.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.tensor.DataType;

class HfTextEncoderTest {
  private final HfTextProvider provider = new HfTextProvider();

  @Test
  void aMisspeltModelIsRefusedWithTheNearestAndAllKnownOnes() {
    assertThatThrownBy(() -> create(Map.of("hf_model_name", "roberta-bose")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.hf_model_name")
        .hasMessageContaining("did you mean roberta-base")
        .hasMessageContaining("facebook/nllb-200-distilled-1.3B")
        .hasMessageContaining("model_type");
  }

  @Test
  void aModelThatIsNotListedWillDoWithItsTypeAndSizes() {
    Map<String, Object> sizes =
        Map.of("model_type", "bert", "vocab_size", 100, "hidden_size", 24, "num_hidden_layers", 1);
    TextEncoder encoder =
        create(
            Map.of(
                "hf_model_name",
                "somebody/small-bert",
                "hf_model_config",
                sizes,
                "hf_pooler_type",
                "cls_pooler"));

    assertThat(encoder.vocabularySize()).isEqualTo(100);
    assertThat(names(encoder))
        .contains("text.transformer.pooler.dense.weight")
        .contains("text.transformer.encoder.layer.0.attention.self.query.weight");
  }

  @Test
  void anUnknownTypePoolerAndProjectionAreRefusedWithTheKnownOnes() {
    assertThatThrownBy(
            () ->
                create(
                    Map.of(
                        "hf_model_name", "gpt2", "hf_model_config", Map.of("model_type", "gpt2"))))
        .hasMessageContaining("text_cfg.hf_model_config.model_type")
        .hasMessageContaining("bert, m2m_100, modernbert, mt5, nomic_bert, roberta, xlm-roberta");
    assertThatThrownBy(() -> create(Map.of("hf_pooler_type", "median_pooler")))
        .hasMessageContaining("text_cfg.hf_pooler_type")
        .hasMessageContaining("mean_pooler, max_pooler, cls_pooler, cls_last_hidden_state_pooler");
    assertThatThrownBy(() -> create(Map.of("hf_proj_type", "cubic")))
        .hasMessageContaining("text_cfg.hf_proj_type")
        .hasMessageContaining("linear, mlp, none");
  }

  @Test
  void anUnknownOptionOfTheHubsConfigurationIsRefusedWithTheNearestOne() {
    assertThatThrownBy(() -> create(Map.of("hf_model_config", Map.of("hidden_sise", 48))))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg.hf_model_config.hidden_sise")
        .hasMessageContaining("did you mean hidden_size");
  }

  @Test
  void headsThatDoNotDivideTheWidthAreRefused() {
    assertThatThrownBy(() -> create(Map.of("hf_model_config", Map.of("num_attention_heads", 7))))
        .hasMessageContaining("is 7, which does not divide the width 768");
  }

  @Test
  void aContextBeyondTheLearntPositionsIsRefused() {
    assertThat(create(Map.of("context_length", 512)).contextLength()).isEqualTo(512);
    assertThatThrownBy(() -> create(Map.of("context_length", 513)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("is 513, but the model has only 512 position embeddings");
  }

  @Test
  void thePoolingLayerBelongsToThoseThatAskForItByName() {
    assertThat(names(create(Map.of("hf_pooler_type", "cls_pooler"))))
        .contains("text.transformer.pooler.dense.weight");
    assertThat(names(create(Map.of("hf_pooler_type", "cls_last_hidden_state_pooler"))))
        .doesNotContain("text.transformer.pooler.dense.weight");
    Map<String, Object> untold = new HashMap<>();
    untold.put("hf_model_name", "bert-base-uncased");
    untold.put("hf_pooler_type", null);
    assertThat(names(create(untold))).doesNotContain("text.transformer.pooler.dense.weight");
  }

  @Test
  void modernBertHasThe149MillionNumbersOfItsPaper() {
    TextEncoder encoder = create(Map.of("hf_model_name", "Alibaba-NLP/gte-modernbert-base"));

    long numbers =
        graph(encoder).parameters().stream()
            .filter(p -> p.name().startsWith("text.transformer."))
            .mapToLong(p -> p.shape().count().size())
            .sum();

    assertThat(numbers).isEqualTo(149_014_272);
  }

  @Test
  void aTextEndsWithItsLastTokenBeforeThePadding() {
    TextEncoder encoder = create(Map.of());

    assertThat(encoder.variableLength()).isTrue();
    assertThat(encoder.usedLength(new long[] {0, 7, 1, 9, 2, 1, 1})).isEqualTo(5);
    assertThat(encoder.usedLength(new long[] {1, 1, 1})).isEqualTo(1);
  }

  private TextEncoder create(Map<String, Object> config) {
    Map<String, Object> all = new HashMap<>(Map.of("hf_model_name", "roberta-base"));
    all.putAll(config);
    return provider.create(new EncoderContext(all, 512, false, true));
  }

  private static List<String> names(TextEncoder encoder) {
    return graph(encoder).parameters().stream().map(Parameter::name).toList();
  }

  private static Graph graph(TextEncoder encoder) {
    GraphBuilder graph = new GraphBuilder("text");
    var tokens = graph.input("tokens", DataType.INT64, Dim.BATCH, Dim.LENGTH);
    graph.output("features", encoder.encode(graph.scope("text"), tokens).features());
    return graph.build();
  }
}
