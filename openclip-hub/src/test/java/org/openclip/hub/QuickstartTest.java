package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.Probabilities;
import org.openclip.api.text.Tokens;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;

/** From a photograph and words to probabilities, at full size. */
@Tag("golden-quickstart")
class QuickstartTest {
  @TempDir Path folder;

  @Test
  void probabilitiesOnAPhotographAreTheReferences() {
    List<Map<String, Object>> goldens =
        Goldens.all("").stream().flatMap(file -> Goldens.objects(file).stream()).toList();
    assertThat(goldens).isNotEmpty();
    for (Map<String, Object> golden : goldens) {
      ModelBuilder paper = OpenClip.model((String) Goldens.get(golden, "model"));
      ModelFolder.write(
          folder,
          paper.architecture().config(),
          paper.preprocessing(),
          FreshWeights.hash(paper.architecture()));
      List<String> texts =
          ((List<?>) Goldens.get(golden, "texts")).stream().map(String.class::cast).toList();

      try (ClipModel model = OpenClip.load("local-dir:" + folder)) {
        Tokens tokens = model.tokenizer().tokenize(texts);
        Embeddings image =
            model.encodeImages(List.of(Goldens.path((String) Goldens.get(golden, "image"))));
        Embeddings text = model.encodeTexts(texts);
        // The reference's example scales by 100, as trained models do, not by the model's own
        // scale.
        float[] probabilities = Probabilities.softmax(image.logits(text, 100, 0))[0];

        assertThat(tokens.toArray())
            .isEqualTo(Goldens.tokens(Goldens.get(golden, "tokens")).toArray());
        Goldens.assertClose(
            "image",
            image,
            new double[][] {Goldens.doubles(Goldens.get(golden, "image_features"))},
            5e-5);
        Goldens.assertClose(
            "texts", text, Goldens.matrix(Goldens.get(golden, "text_features")), 5e-5);
        double[] expected = Goldens.doubles(Goldens.get(golden, "probabilities"));
        for (int i = 0; i < expected.length; i++) {
          assertThat((double) probabilities[i])
              .as(texts.get(i))
              .isCloseTo(expected[i], within(1e-4));
        }
      }
    }
  }
}
