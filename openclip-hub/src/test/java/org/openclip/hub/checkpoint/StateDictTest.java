package org.openclip.hub.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;

class StateDictTest {
  private final Architecture plain = OpenClip.model("ViT-S-32-alt").architecture();
  private final Architecture custom =
      OpenClip.model("ViT-S-32-alt").override("custom_text", true).architecture();
  private final Weights weights = FreshWeights.hash(plain).toWeights();

  private static Weights load(Weights weights, Architecture architecture) {
    return StateDict.load("x.safetensors", weights, "tiny", architecture);
  }

  private Weights renamed(UnaryOperator<String> rename) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    weights.names().forEach(name -> tensors.put(rename.apply(name), weights.get(name)));
    return Weights.of(tensors);
  }

  @Test
  void nativeNamesAndThoseOfACustomTextTowerBecomeEachOther() {
    Weights moved = load(weights, custom);
    Weights back = load(moved, plain);

    assertThat(moved.names())
        .contains("text.token_embedding.weight", "text.text_projection", "visual.proj")
        .doesNotContain("token_embedding.weight");
    assertThat(back.names()).containsExactlyInAnyOrderElementsOf(weights.names());
  }

  @Test
  void prefixesOfWrappersAreTakenOff() {
    assertThat(load(renamed(name -> "module." + name), plain).names())
        .containsExactlyInAnyOrderElementsOf(weights.names());
    assertThat(load(renamed(name -> "module._orig_mod." + name), plain).names())
        .containsExactlyInAnyOrderElementsOf(weights.names());
  }

  @Test
  void buffersThatNobodyNeedsAreLetPass() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    weights.names().forEach(name -> tensors.put(name, weights.get(name)));
    tensors.put("attn_mask", Tensor.of(new float[] {Float.NEGATIVE_INFINITY}, 1, 1));
    tensors.put("text.embeddings.position_ids", Tensor.of(new long[] {0, 1}, 1, 2));

    assertThat(load(Weights.of(tensors), plain).names()).doesNotContain("attn_mask");
  }

  @Test
  void theLogitScaleMayHaveOneDimensionOrNone() {
    Tensor one = Tensor.of(new float[] {3}, 1);

    Tensor loaded = load(weights.replacing("logit_scale", one), plain).get("logit_scale");

    assertThat(loaded.shape()).isEmpty();
    assertThat(loaded.toFloats()).containsExactly(3);
  }

  @Test
  void anotherModelsWeightsAreListedTenOfAKindWithACount() {
    Architecture larger =
        OpenClip.model("ViT-S-32-alt").override("vision_cfg.layers", 14).architecture();

    assertThatThrownBy(() -> load(weights, larger))
        .isInstanceOfSatisfying(
            WeightsMismatchException.class, e -> assertThat(e.missing()).hasSizeGreaterThan(10))
        .hasMessageContaining("x.safetensors does not fit tiny")
        .hasMessageContaining("missing: visual.transformer.resblocks.")
        .hasMessageContaining("more");

    Architecture wider =
        OpenClip.model("ViT-S-32-alt").override("text_cfg.width", 512).architecture();

    assertThatThrownBy(() -> load(weights, wider))
        .hasMessageContaining("positional_embedding is FLOAT32[77, 256], not FLOAT32[77, 512]");
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
  void numbersThatAreNotFiniteAreFoundInEveryType(DataType type) {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at : new int[] {0, 4097, 256 * 256 - 1}) {
        Weights broken = weights.replacing("text_projection", filled(type, at, bad));

        assertThatThrownBy(() -> load(broken, plain))
            .isInstanceOfSatisfying(
                WeightsMismatchException.class,
                e -> assertThat(e.notFinite()).containsExactly("text_projection"))
            .hasMessageContaining("NaN");
      }
    }
    Weights largest = weights.replacing("text_projection", filled(type, 7, 65504));
    assertThat(load(largest, plain).names()).contains("text_projection");
  }

  private static Tensor filled(DataType type, int at, float value) {
    var data = Tensor.allocate(256L * 256 * type.bytes());
    switch (type) {
      case FLOAT16 -> data.putShort(2 * at, Float.floatToFloat16(value));
      case BFLOAT16 -> data.putShort(2 * at, (short) (Float.floatToRawIntBits(value) >>> 16));
      default -> data.putFloat(4 * at, value);
    }
    return Tensor.of(type, data, 256, 256);
  }
}
