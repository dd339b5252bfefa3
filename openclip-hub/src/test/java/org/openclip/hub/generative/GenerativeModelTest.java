package org.openclip.hub.generative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Program;
import org.openclip.api.image.Image;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokens;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.runtime.Lazy;
import org.openclip.hub.runtime.Resources;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.RecipeTensors;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

/** Features, logits and captions are those that the reference's own code computed. */
class GenerativeModelTest {
  private static final double TOLERANCE = 5e-5;
  private static final int PAD = 38;
  private static final int RATE = 8000;
  private static final List<Audio> SOUNDS =
      List.of(sound("one", 4000), sound("two", 2730), sound("three", 90));
  private static final CaptionOptions.SpecialIds IDS = new CaptionOptions.SpecialIds(39, 37, PAD);
  private static final CaptionOptions GREEDY =
      CaptionOptions.DEFAULT
          .withSearch(new CaptionOptions.TopK(1, 1, 0))
          .withLength(1, 8)
          .withIds(IDS);

  @TempDir Path folder;

  private static Audio sound(String wave, int samples) {
    return new Audio(RecipeWave.samples(wave, samples), RATE);
  }

  private static Map<String, Object> fixture(String name) {
    return Goldens.object(Fixtures.path("generative").resolve(name + ".json"));
  }

  /** Returns the recipe's weights, in which copies equal their sources. */
  private static Map<String, Tensor> tensors(Map<String, Object> fixture) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Goldens.map(Goldens.get(fixture, "state_dict"))
        .forEach(
            (name, shape) ->
                tensors.put(
                    name,
                    RecipeTensors.of(
                        name.matches("visual\\.(trunk|patch_embed)\\..*")
                            ? name.substring("visual.".length())
                            : name,
                        shape)));
    return tensors;
  }

  private GenerativeBuilder model(Map<String, Object> fixture, Map<String, Tensor> tensors)
      throws IOException {
    SafetensorsWriter.write(
        folder.resolve(ModelFolder.CHECKPOINT), WeightSource.of(Weights.of(tensors)), Map.of());
    Files.writeString(
        folder.resolve(ModelFolder.CONFIG),
        JSON.std.asString(Map.of("model_cfg", Goldens.get(fixture, "model_cfg"))));
    return GenerativeModel.builder("local-dir:" + folder);
  }

  /** Returns the inputs of each of the fixture's images or sounds. */
  private static List<Map<String, Tensor>> inputs(
      Map<String, Object> fixture, GenerativeArchitecture architecture, boolean whole) {
    PrefixInputs sounds =
        new PrefixInputs(
            "tiny",
            architecture.encoder().prefix(),
            new Lazy<>(
                () -> {
                  throw new IllegalStateException("no image is prepared");
                }));
    List<Map<String, Tensor>> inputs = new ArrayList<>();
    double[][] grids = Goldens.matrix(Goldens.get(fixture, "grids"));
    for (int i = 0; i < grids.length; i++) {
      if (fixture.get("name").toString().startsWith("genlap")) {
        inputs.add(sounds.of(SOUNDS.get(i), whole));
        continue;
      }
      PatchGrid grid = new PatchGrid((int) grids[i][0], (int) grids[i][1], 4);
      int length = whole ? architecture.encoder().prefix().most() : grid.size();
      ByteBuffer patches = Tensor.allocate(length * 48L * Float.BYTES);
      Tensor pixels = Goldens.picture("gen" + i, 1, grid.height(), grid.width());
      grid.cut(pixels.data().asFloatBuffer(), patches.asFloatBuffer());
      inputs.add(PatchInputs.of(patches, List.of(grid), length));
    }
    return inputs;
  }

  private static void assertRow(String what, FloatBuffer actual, int from, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual.get(from + i))
          .as("%s %s", what, i)
          .isCloseTo(expected[i], within(TOLERANCE));
    }
  }

  private static FloatBuffer floats(Map<String, Tensor> outputs, String name) {
    return Objects.requireNonNull(outputs.get(name)).data().asFloatBuffer();
  }

  @ParameterizedTest
  @ValueSource(strings = {"genlip", "genlip-plain", "genlap", "genlap-plain"})
  void graphsComputeWhatTheReferenceComputes(String name) {
    Map<String, Object> fixture = fixture(name);
    PluginRegistry plugins = PluginRegistry.create();
    GenerativeArchitecture architecture =
        GenerativeArchitecture.of(Goldens.map(Goldens.get(fixture, "model_cfg")), plugins)
            .orElseThrow();
    Weights weights = Weights.of(tensors(fixture));
    List<Map<String, Tensor>> own = inputs(fixture, architecture, false);
    List<Map<String, Tensor>> whole = inputs(fixture, architecture, true);
    double[][] features = Goldens.matrix(Goldens.get(fixture, "features"));
    double[][] first = Goldens.matrix(Goldens.get(fixture, "first_logits"));
    double[][] second = Goldens.matrix(Goldens.get(fixture, "second_logits"));
    double[][] last = Goldens.matrix(Goldens.get(fixture, "last_logits"));
    double[][] texts = Goldens.matrix(Goldens.get(fixture, "texts"));
    double[] likelihoods = Goldens.doubles(Goldens.get(fixture, "log_likelihoods"));
    double[][] greedy = Goldens.matrix(Goldens.get(fixture, "greedy"));
    int vocabulary = architecture.encoder().vocabularySize();
    double sum = 0;
    int count = 0;
    try (Backend backend = plugins.preferred(BackendProvider.class).open(BackendOptions.DEFAULT);
        Resources resources = new Resources();
        Program encoder = backend.compile(architecture.featureGraph(), weights);
        Program scores = backend.compile(architecture.scoreGraph(), weights)) {
      TextWriter writer = TextWriter.of(architecture, new Programs(backend, weights, resources));
      for (int i = 0; i < features.length; i++) {
        assertRow(
            "feature", floats(encoder.run(own.get(i)), Architecture.FEATURES), 0, features[i]);

        long[] row = Goldens.tokens(Goldens.get(fixture, "texts")).row(i);
        TextScore score = new TextScorer(scores).score(whole.get(i), row, PAD);
        assertThat(score.logLikelihood()).isCloseTo(likelihoods[i], within(1e-3));
        sum += score.logLikelihood();
        count += score.tokens();

        Map<String, Tensor> text = new HashMap<>(whole.get(i));
        text.put(Architecture.TOKENS, Tensor.of(row, 1, row.length));
        Map<String, Tensor> logits = scores.run(text);
        assertRow("first", floats(logits, GenerativeArchitecture.FIRST_LOGITS), 0, first[i]);
        FloatBuffer next = floats(logits, Architecture.CAPTION_LOGITS);
        assertRow("second", next, vocabulary, second[i]);
        assertRow("last", next, (score.tokens() - 1) * vocabulary, last[i]);

        // A caption ends at padding, and where it reaches the longest length.
        long[] ids = Arrays.stream(greedy[i]).mapToLong(id -> (long) id).toArray();
        ids[ids.length - 1] = 37;
        int padding = Arrays.stream(ids).boxed().toList().indexOf((long) PAD);
        ids = padding < 0 ? ids : Arrays.copyOf(ids, padding + 1);
        assertThat(writer.write(whole.get(i), GREEDY, IDS, i)).containsExactly(ids);
      }
      // The reference's loss over all tokens of all texts.
      assertThat(-sum / count)
          .isCloseTo(((Number) Goldens.get(fixture, "loss")).doubleValue(), within(1e-4));
      assertThat(texts).hasDimensions(3, 8);
    }
  }

  @Test
  void aModelOfSoundsIsLoadedFromAFolder() throws IOException {
    Map<String, Object> fixture = fixture("genlap");
    try (GenerativeModel model = model(fixture, tensors(fixture)).load()) {
      Goldens.assertClose(
          "sounds",
          model.encodeSounds(SOUNDS),
          Goldens.matrix(Goldens.get(fixture, "features")),
          TOLERANCE);
      double[][] greedy = Goldens.matrix(Goldens.get(fixture, "greedy"));
      assertThat(model.generateFromSounds(SOUNDS, GREEDY).get(1)[3]).isEqualTo((long) greedy[1][3]);
      assertThat(model.scores(SOUNDS.get(0), Tokens.of(2, new long[] {39, 5, 39, 7}), PAD))
          .hasSize(2);
      Image image = Image.rgb(8, 8, new byte[3 * 8 * 8]);
      assertThatThrownBy(() -> model.encodeImages(List.of(image)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("reads sounds, not images");
      assertThatThrownBy(() -> model.generateFromSounds(SOUNDS, GREEDY.withLength(1, 9)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("9 tokens, but the model's context length is 8");
    }
  }

  @Test
  void aModelOfImagesIsLoadedFromAFolder() throws IOException {
    Map<String, Object> fixture = fixture("genlip");
    try (GenerativeModel model = model(fixture, tensors(fixture)).load()) {
      byte[] pixels = new byte[3 * 20 * 30];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) (i * 7);
      }
      Image image = Image.rgb(30, 20, pixels);

      Embeddings features = model.encodeImages(List.of(image));
      List<TextScore> scores =
          model.scores(image, Tokens.of(3, new long[] {39, 5, 37, 39, 6, PAD}), PAD);

      assertThat(features.width()).isEqualTo(20);
      assertThat(scores).extracting(TextScore::tokens).containsExactly(3, 2);
      assertThat(scores.get(1).perToken()).isEqualTo(scores.get(1).logLikelihood() / 2);
      assertThat(model.generateFromImages(List.of(image), GREEDY).get(0)).startsWith(39L);
      assertThatThrownBy(() -> model.encodeSounds(SOUNDS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("reads images, not sounds");
    }
  }

  @Test
  void copiesMayBeAbsentButMustNotDiffer() throws IOException {
    Map<String, Object> fixture = fixture("genlip");
    Map<String, Tensor> tensors = tensors(fixture);
    tensors.keySet().removeIf(name -> name.matches("visual\\.(trunk|patch_embed)\\..*"));
    try (GenerativeModel model = model(fixture, tensors).load()) {
      assertThat(model.architecture().parameters().keySet())
          .containsExactlyInAnyOrderElementsOf(tensors.keySet());
    }

    tensors.put("visual.trunk.ln_post.bias", Tensor.of(new float[32], 32));
    GenerativeBuilder other = model(fixture, tensors);
    assertThatThrownBy(other::load)
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(
            "visual.trunk.ln_post.bias and trunk.ln_post.bias are one tensor of the model, but"
                + " differ");
  }

  @Test
  void otherModelsAreRefused() throws IOException {
    GenerativeBuilder builder = GenerativeModel.builder("ViT-B-32");

    assertThat(builder.find()).isEmpty();
    assertThatThrownBy(builder::load)
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("has neither genlip_cfg nor genlap_cfg");
  }
}
