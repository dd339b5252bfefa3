package org.openclip.hub.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;

/** Two files in the place of one checkpoint. */
class JoinedWeightsTest {
  private static final PluginRegistry PLUGINS = PluginRegistry.create();

  @TempDir Path folder;

  private Path file(String name, String tensor, float value) {
    Path file = folder.resolve(name);
    Weights weights = Weights.of(Map.of(tensor, Tensor.of(new float[] {value}, 1)));
    SafetensorsWriter.write(file, WeightSource.of(weights), Map.of());
    return file;
  }

  private static ChosenWeights find(String pretrained) {
    ChosenWeights checkpoint =
        ModelDefinition.find("nomic-embed-vision-v1.5", pretrained, PLUGINS, FetchOptions.DEFAULT)
            .checkpoint();
    assertThat(checkpoint).isNotNull();
    return checkpoint;
  }

  @Test
  void theTensorsOfBothFilesAreOneCheckpoint() {
    Path vision = file("vision.safetensors", "embeddings.proj.weight", 1);
    Path text = file("text.safetensors", "emb_ln.weight", 2);

    ChosenWeights joined = find(vision + " + " + text);

    ChosenWeights.Open open = joined.open(PLUGINS);
    try (Weights weights = open.weights()) {
      assertThat(weights.names())
          .containsExactlyInAnyOrder("embeddings.proj.weight", "emb_ln.weight");
      assertThat(weights.get("embeddings.proj.weight").toFloats()).containsExactly(1);
      assertThat(weights.get("emb_ln.weight").toFloats()).containsExactly(2);
      assertThat(open.name()).isEqualTo(vision + " + " + text);
    }
  }

  @Test
  void aTensorThatBothHaveIsRefused() {
    Path one = file("one.safetensors", "emb_ln.weight", 1);
    Path other = file("other.safetensors", "emb_ln.weight", 2);

    assertThatThrownBy(() -> find(one + " + " + other).open(PLUGINS))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(other.toString())
        .hasMessageContaining("has a tensor emb_ln.weight, as has another of the files");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path one = file("one.safetensors", "emb_ln.weight", 1);

    assertThatThrownBy(() -> find(one + " + " + folder.resolve("none.safetensors")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.safetensors");
  }

  @Test
  void theTagOfNomicNamesBothRepositories() {
    assertThat(PretrainedTag.files("hf-hub:a/b + hf-hub:c/d"))
        .isEqualTo(List.of("hf-hub:a/b", "hf-hub:c/d"));
    assertThat(PretrainedTag.files("a+b.safetensors")).hasSize(1);
  }
}
