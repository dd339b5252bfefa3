package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.Beams;
import org.openclip.api.model.CaptionOptions.SpecialIds;
import org.openclip.api.model.CaptionOptions.TopK;
import org.openclip.api.model.Captioner;
import org.openclip.api.model.ClipModel;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyModels;

/** Captions by beam search and by the most probable tokens. */
@Tag("golden-generate")
class GoldenGenerateTest {
  @TempDir Path folder;

  @Test
  void captionsAreTheReferences() {
    for (Path file : Goldens.all("generate")) {
      Map<String, Object> golden = Goldens.object(file);
      String name = (String) Goldens.get(golden, "model");
      Map<String, Object> features = Goldens.features("name", name);
      String model =
          TinyModels.write(folder.resolve(name), Goldens.map(Goldens.get(features, "model_cfg")));
      double[] shape = Goldens.doubles(Goldens.get(golden, "image_shape"));
      Tensor pixels =
          Goldens.picture(
              (String) Goldens.get(golden, "image"),
              (int) shape[0],
              (int) shape[2],
              (int) shape[3]);
      // Two at a time, so that beams and pictures do not fit into one run.
      try (ClipModel loaded = OpenClip.model(model).batchSize(2).load()) {
        Captioner captioner = loaded.captioner().orElseThrow();
        List<?> runs = (List<?>) Goldens.get(golden, "runs");
        assertThat(runs).isNotEmpty();
        for (Object run : runs) {
          Map<String, Object> json = Goldens.map(run);
          Map<String, Object> arguments = Goldens.map(Goldens.get(json, "args"));
          Tokens expected = Goldens.tokens(Goldens.get(json, "tokens"));

          Tokens actual = captioner.generate(pixels, options(arguments));

          assertThat(actual.length()).as("%s", arguments).isEqualTo(expected.length());
          assertThat(actual.toArray()).as("%s", arguments).isEqualTo(expected.toArray());
        }
      }
    }
  }

  private static CaptionOptions options(Map<String, Object> arguments) {
    String type = (String) Objects.requireNonNull(arguments.get("generation_type"));
    CaptionOptions.Search search =
        type.equals("beam_search")
            ? new Beams(
                integer(arguments, "num_beams", 6), integer(arguments, "num_beam_groups", 3))
            : new TopK(integer(arguments, "top_k", 1), 1, 0);
    return new CaptionOptions(
        search,
        integer(arguments, "seq_len", 30),
        integer(arguments, "min_seq_len", 5),
        ((Number) arguments.getOrDefault("repetition_penalty", 1.0)).doubleValue(),
        Boolean.TRUE.equals(arguments.get("fixed_output_length")),
        new SpecialIds(
            integer(arguments, "sot_token_id", 49406),
            integer(arguments, "eos_token_id", 49407),
            integer(arguments, "pad_token_id", 0)));
  }

  private static int integer(Map<String, Object> arguments, String key, int otherwise) {
    return ((Number) arguments.getOrDefault(key, otherwise)).intValue();
  }
}
