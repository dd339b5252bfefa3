package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.Beams;
import org.openclip.api.model.CaptionOptions.SpecialIds;
import org.openclip.api.model.CaptionOptions.TopK;
import org.openclip.api.model.CaptionOptions.TopP;
import org.openclip.api.model.Captioner;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;

class CaptionerTest {
  private static final CaptionOptions OPTIONS =
      CaptionOptions.DEFAULT.withLength(3, 8).withIds(new SpecialIds(48, 49, 0));

  @TempDir private static Path folder;

  private static ClipModel model;
  private static Captioner captioner;
  private static Tensor pixels;

  @BeforeAll
  static void load() {
    model = OpenClip.load(TinyModels.write(folder.resolve("coca"), TinyModels.coca(50)));
    captioner = model.captioner().orElseThrow();
    pixels = Goldens.picture("captions", 3, 32, 32);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void drawsFollowFromTheSeedAndNotFromTheBatch() {
    CaptionOptions bold = OPTIONS.withSearch(new TopP(1, 2, 7));

    long[] once = captioner.generate(pixels, bold).toArray();

    assertThat(captioner.generate(pixels, bold).toArray()).isEqualTo(once);
    assertThat(captioner.generate(pixels, bold.withSearch(new TopP(1, 2, 8))).toArray())
        .isNotEqualTo(once);
    try (ClipModel one =
        OpenClip.model("local-dir:" + folder.resolve("coca")).batchSize(1).load()) {
      assertThat(one.captioner().orElseThrow().generate(pixels, bold).toArray()).isEqualTo(once);
    }
  }

  @Test
  void captionsStartEndAndKeepToTheirBounds() {
    Tokens tokens = captioner.generate(pixels, OPTIONS.withSearch(new TopK(50, 3, 1)));

    for (int i = 0; i < tokens.size(); i++) {
      long[] row = tokens.row(i);
      int end = 0;
      while (row[end] != 49 && row[end] != 0) {
        end++;
      }
      assertThat(row[0]).isEqualTo(48);
      assertThat(end).isBetween(2, 7);
      assertThat(Arrays.stream(row).skip(end + 1)).allMatch(id -> id == 0);
    }
    assertThat(captioner.generate(pixels, OPTIONS.withPadding(true)).length()).isEqualTo(8);
  }

  @Test
  void theNarrowestChoicesAllTakeTheMostProbableToken() {
    long[] greedy = captioner.generate(pixels, OPTIONS.withSearch(new TopK(1, 1, 3))).toArray();

    assertThat(captioner.generate(pixels, OPTIONS.withSearch(new TopP(1e-6, 1, 5))).toArray())
        .isEqualTo(greedy);
    assertThat(captioner.generate(pixels, OPTIONS.withSearch(new TopK(50, 1e-6, 9))).toArray())
        .isEqualTo(greedy);
  }

  @Test
  void groupsOfBeamsFindWhatOneOfThemFinds() {
    assertThat(captioner.generate(pixels, OPTIONS.withSearch(new Beams(6, 3))).toArray())
        .isEqualTo(captioner.generate(pixels, OPTIONS.withSearch(new Beams(2, 1))).toArray());
  }

  @Test
  void logitsOfABeginningAreTheBeginningOfTheLogits() {
    Tokens whole = Tokens.of(4, new long[] {48, 3, 4, 5, 48, 9, 8, 7, 48, 1, 2, 3});
    Tokens beginning = Tokens.of(2, new long[] {48, 3, 48, 9, 48, 1});

    float[] all = captioner.logits(pixels, whole).toFloats();
    float[] some = captioner.logits(pixels, beginning).toFloats();

    for (int picture = 0; picture < 3; picture++) {
      float[] expected = Arrays.copyOfRange(all, picture * 200, picture * 200 + 100);
      float[] actual = Arrays.copyOfRange(some, picture * 100, picture * 100 + 100);
      assertThat(actual).containsExactly(expected, org.assertj.core.data.Offset.offset(1e-4f));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> captioner.generate(pixels, OPTIONS.withLength(3, 13)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "the maximum caption length is 13 tokens, but the model's context length is 12");
    assertThatThrownBy(() -> captioner.generate(pixels, OPTIONS.withIds(new SpecialIds(48, 50, 0))))
        .hasMessageContaining("the token ID 50, but the model's token IDs are from 0 to 49");
    assertThatThrownBy(() -> captioner.logits(pixels, Tokens.of(2, new long[] {48, 1})))
        .hasMessageContaining("each picture needs one caption");
    assertThatThrownBy(() -> captioner.logits(pixels, Tokens.of(1, new long[] {48, 48, 77})))
        .hasMessageContaining("77");
    assertThatThrownBy(() -> OPTIONS.withLength(8, 8))
        .hasMessageContaining("the minimum caption length is 8 tokens, but must be from 0 to 7");
    assertThatThrownBy(() -> new Beams(6, 4))
        .hasMessageContaining("6 beams do not divide into 4 groups");
    assertThatThrownBy(() -> new TopP(1.5, 1, 0)).hasMessageContaining("top p is 1.5");
    assertThatThrownBy(() -> new TopK(5, 0, 0)).hasMessageContaining("temperature is 0.0");
  }

  @Test
  void aDecoderNeedsATextTowerThatOffersTokens() {
    Map<String, Object> silent = new HashMap<>(TinyModels.coca(50));
    silent.put("text_cfg", Map.of("context_length", 12, "vocab_size", 50, "width", 16, "heads", 2));
    Map<String, Object> shallow = new HashMap<>(TinyModels.coca(50));
    shallow.put("multimodal_cfg", Map.of("width", 16, "heads", 2, "layers", 1, "mlp_ratio", 2));

    assertThatThrownBy(() -> Architecture.of(ModelConfig.of(silent), PluginRegistry.create()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("text_cfg")
        .hasMessageContaining("output_tokens: true");
    assertThatThrownBy(() -> Architecture.of(ModelConfig.of(shallow), PluginRegistry.create()))
        .hasMessageContaining("multimodal_cfg.mlp_ratio': is 2, but must be 4");
  }

  @Test
  void closingTheModelClosesItsCaptioner() {
    ClipModel closed = OpenClip.load("local-dir:" + folder.resolve("coca"));
    Captioner itsCaptioner = closed.captioner().orElseThrow();
    itsCaptioner.generate(pixels, OPTIONS);
    closed.close();

    assertThatThrownBy(() -> itsCaptioner.generate(pixels, OPTIONS))
        .isInstanceOf(ClosedException.class);
  }
}
