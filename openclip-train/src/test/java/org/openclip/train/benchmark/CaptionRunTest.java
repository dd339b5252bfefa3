package org.openclip.train.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.testkit.Fixtures;
import org.openclip.train.benchmark.caption.CaptionScores;
import org.openclip.train.benchmark.data.BenchmarkData;
import org.openclip.train.benchmark.data.BenchmarkSamples;
import org.openclip.train.benchmark.data.ShardCache;
import org.openclip.train.benchmark.report.Result;

/** Captions of a data set, written and measured by the command. */
class CaptionRunTest {
  private static final Path GOLDEN = Fixtures.path("evaluation");
  private static final Map<String, Object> CONFIG =
      Map.of(
          "embed_dim",
          16,
          "custom_text",
          true,
          "vision_cfg",
          Map.of(
              "image_size",
              32,
              "layers",
              1,
              "width",
              64,
              "attentional_pool",
              true,
              "attn_pooler_queries",
              6,
              "output_tokens",
              true),
          "text_cfg",
          Map.of(
              "context_length",
              32,
              "vocab_size",
              49408,
              "width",
              16,
              "heads",
              2,
              "layers",
              1,
              "embed_cls",
              true,
              "output_tokens",
              true),
          "multimodal_cfg",
          Map.of("context_length", 32, "width", 16, "heads", 2, "layers", 1));

  @TempDir static Path folder;

  private static Path model;

  @BeforeAll
  static void writeModel() {
    ModelConfig config = ModelConfig.of(CONFIG);
    model = folder.resolve("coca");
    Architecture architecture = Architecture.of(config, PluginRegistry.create());
    ModelFolder.write(model, config, PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
  }

  private static List<String> eval(String dataset, String name, String pretrained) {
    return List.of(
        "eval",
        "--model=" + name,
        "--pretrained=" + pretrained,
        "--task=captioning",
        "--dataset=wds/" + dataset,
        "--dataset_root=" + GOLDEN + "/wds_{dataset_cleaned}",
        "--output=" + folder + "/{dataset}_{task}.json");
  }

  @Test
  void theResultHasTheScoresOfWhatTheModelWrites() throws Exception {
    new Commands().run(eval("captions", model.toString(), ""));

    Result result = Result.read(List.of(folder.resolve("captions_captioning.json"))).getFirst();
    Map<String, Object> expected = scores();
    assertThat(expected).hasSize(6);
    expected.forEach((name, value) -> assertThat(result.metric(name)).as(name).isEqualTo(value));
  }

  private static Map<String, Object> scores() throws Exception {
    RemoteFiles files = new RemoteFiles();
    BenchmarkData data = BenchmarkData.open(GOLDEN + "/wds_captions", "test", files);
    PictureFiles decoder = new PictureFiles(PluginRegistry.create());
    try (ClipModel clip = OpenClip.load("local-dir:" + model);
        BenchmarkSamples samples =
            new BenchmarkSamples(data, decoder, files, new ShardCache(null))) {
      List<BenchmarkSamples.Sample> all = samples.next(10_000);
      List<String> written =
          clip.captioner()
              .orElseThrow()
              .captionPictures(
                  all.stream().map(BenchmarkSamples.Sample::picture).toList(),
                  CaptionOptions.DEFAULT);
      return CaptionScores.of(
          written, all.stream().map(BenchmarkSamples.Sample::captions).toList());
    }
  }

  @Test
  void aDataSetWithoutCaptionsAndAModelWithoutADecoderAreRefused() {
    assertThatThrownBy(() -> new Commands().code(eval("few", model.toString(), "")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no captions");
    assertThatThrownBy(() -> new Commands().code(eval("captions", "emoji-RN", "embedded")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no caption decoder; --task captioning needs a model");
  }
}
