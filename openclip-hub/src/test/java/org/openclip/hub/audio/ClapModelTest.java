package org.openclip.hub.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.OpenClipException;
import org.openclip.api.audio.Audio;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokens;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.RecipeTensors;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

/** A sound file becomes the vector that the reference's own code computed. */
class ClapModelTest {
  private static final String WHISPER = "clap-whisper";

  @TempDir Path folder;

  private static Map<String, Object> fixture(String name) {
    return Goldens.object(Fixtures.path("sound").resolve(name + ".json"));
  }

  private static Map<String, Object> config() {
    return config(fixture(WHISPER));
  }

  private static Map<String, Object> config(Map<String, Object> fixture) {
    return Map.of(
        "embed_dim",
        Goldens.get(fixture, "embed_dim"),
        "audio_cfg",
        Goldens.get(fixture, "audio_cfg"),
        "text_cfg",
        Map.of("context_length", 8, "vocab_size", 40, "width", 16, "heads", 2, "layers", 1));
  }

  /** Writes a model folder with recipe weights of the tiny model with Whisper. */
  private Path model(Map<String, Object> config) throws IOException {
    return model(config, recipe(config()));
  }

  private static Map<String, Tensor> recipe(Map<String, Object> config) {
    ClapArchitecture architecture =
        ClapArchitecture.of(ClapConfig.of(config), PluginRegistry.create());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    architecture
        .parameters()
        .forEach(
            (name, p) -> {
              List<Long> shape = new ArrayList<>();
              for (long size : p.shape().sizes()) {
                shape.add(size);
              }
              tensors.put(
                  name,
                  p.type() == DataType.INT64
                      ? Tensor.of(
                          new long[(int) Tensor.count(p.shape().sizes())], p.shape().sizes())
                      : RecipeTensors.of(name, shape));
            });
    return tensors;
  }

  private Path model(Map<String, Object> config, Map<String, Tensor> tensors) throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    SafetensorsWriter.write(
        model.resolve(ModelFolder.CHECKPOINT), WeightSource.of(Weights.of(tensors)), Map.of());
    Files.writeString(
        model.resolve(ModelFolder.CONFIG), JSON.std.asString(Map.of("model_cfg", config)));
    return model;
  }

  private Path wav(String key, int count, int rate) throws IOException {
    short[] numbers = RecipeWave.numbers(key, count);
    ByteBuffer bytes = ByteBuffer.allocate(2 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(numbers);
    Path file = folder.resolve(key + ".wav");
    AudioSystem.write(
        new AudioInputStream(
            new ByteArrayInputStream(bytes.array()),
            new AudioFormat(rate, 16, 1, true, false),
            numbers.length),
        AudioFileFormat.Type.WAVE,
        file.toFile());
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {WHISPER, "clap-htsat"})
  void soundFilesHaveTheFeaturesOfTheReference(String name) throws IOException {
    Map<String, Object> fixture = fixture(name);
    Map<String, Object> audio = Goldens.map(Goldens.get(fixture, "audio_cfg"));
    int count = (Integer) Goldens.get(audio, "clip_samples");
    int rate = (Integer) Goldens.get(audio, "sample_rate");
    Map<String, Tensor> tensors = recipe(config(fixture));
    // Everything that the reference's checkpoints hold, read or not.
    Goldens.map(Goldens.get(fixture, "state_dict"))
        .forEach((entry, shape) -> tensors.putIfAbsent(entry, RecipeTensors.of(entry, shape)));

    try (ClapModel clap = ClapModel.load(model(config(fixture), tensors))) {
      Embeddings sounds =
          clap.encodeFiles(List.of(wav("one", count, rate), wav("two", count, rate)));

      Goldens.assertClose(
          "sounds", sounds, Goldens.matrix(Goldens.get(fixture, "audio_features")), 5e-5);
    }
  }

  @Test
  void longSoundsAreFused() throws IOException {
    Map<String, Object> fixture = fixture("clap-htsat-fused");
    Path model = model(config(fixture), recipe(config(fixture)));
    List<Path> files = new ArrayList<>();
    List<double[]> expected = new ArrayList<>();
    for (Object item : (List<?>) Goldens.get(fixture, "waves")) {
      Map<String, Object> wave = Goldens.map(item);
      files.add(
          wav((String) Goldens.get(wave, "key"), (Integer) Goldens.get(wave, "samples"), 8000));
      expected.add(Goldens.doubles(Goldens.get(wave, "features")));
    }

    try (ClapModel clap = ClapModel.load(model)) {
      Embeddings sounds = clap.encodeFiles(files);

      Goldens.assertClose("sounds", sounds, expected.toArray(double[][]::new), 5e-5);
    }
  }

  @Test
  void aBatchHasTheFeaturesOfEachSoundAlone() throws IOException {
    Map<String, Object> fixture = fixture("clap-htsat-fused");
    Path model = model(config(fixture), recipe(config(fixture)));
    List<Audio> sounds =
        Stream.of(90000, 2000, 50000, 40000, 41000)
            .map(count -> new Audio(RecipeWave.samples("s" + count, count), 8000))
            .toList();
    try (ClapModel clap = ClapModel.builder("local-dir:" + model).batchSize(4).load()) {
      Embeddings together = clap.encode(sounds);

      for (int i = 0; i < sounds.size(); i++) {
        assertThat(clap.encode(List.of(sounds.get(i))).row(0))
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(together.row(i));
      }
    }
  }

  @Test
  void soundsThatCannotBeReadAreLeftOut() throws IOException {
    Path notes = Files.writeString(folder.resolve("notes.wav"), "no sound");
    Path one = wav("one", 9000, 16000);
    List<Path> bad = new ArrayList<>();
    AtomicInteger done = new AtomicInteger();
    EncodingListener listener =
        new EncodingListener() {
          @Override
          public void unreadable(int index, Path file, OpenClipException reason) {
            assertThat(index).isEqualTo(1);
            bad.add(file);
          }

          @Override
          public void done(int count) {
            done.addAndGet(count);
          }
        };
    try (ClapModel clap = ClapModel.load(model(config()))) {
      Embeddings rows = clap.encodeFiles(List.of(one, notes, one), listener);

      assertThat(rows.size()).isEqualTo(2);
      assertThat(bad).containsExactly(notes);
      assertThat(done).hasValue(3);
    }
  }

  @Test
  void soundsAndTextsAreCompared() throws IOException {
    try (ClapModel clap = ClapModel.load(model(config()))) {
      Embeddings sounds = clap.encode(List.of(new Audio(RecipeWave.samples("one", 9000), 22050)));
      Embeddings texts = clap.encodeTokens(Tokens.of(8, new long[] {1, 5, 9, 39, 0, 0, 0, 0}));

      float[][] logits = clap.logits(sounds, texts);

      assertThat(logits).hasDimensions(1, 1);
      assertThat(logits[0][0]).isCloseTo(sounds.cosine(texts)[0][0] / 0.07f, within(1e-4f));
    }
  }

  @Test
  void foldersThatAreNotOfSoundAreRefused() throws IOException {
    Path pictures = model(Map.of("embed_dim", 8, "vision_cfg", Map.of(), "text_cfg", Map.of()));
    assertThatThrownBy(() -> ClapModel.load(pictures))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("audio_cfg")
        .hasMessageContaining("every CLAP model needs it");

    Map<String, Object> unknown = new LinkedHashMap<>(config());
    unknown.put("audio_cfg", Map.of("model_type", "beats"));
    Path other = model(unknown);
    assertThatThrownBy(() -> ClapModel.load(other))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("audio_cfg")
        .hasMessageContaining("matches none of the encoders")
        .hasMessageContaining("htsat, naflexvit, whisper");

    Map<String, Object> wider = new LinkedHashMap<>(config());
    wider.put("embed_dim", 32);
    Path misfit = model(wider);
    assertThatThrownBy(() -> ClapModel.load(misfit))
        .isInstanceOf(WeightsMismatchException.class)
        .hasMessageContaining("audio.proj.2.weight");
  }

  @Test
  void aFileThatIsNoSoundIsNamed() throws IOException {
    Path notes = Files.writeString(folder.resolve("notes.txt"), "no sound");
    try (ClapModel clap = ClapModel.load(model(config()))) {
      assertThatThrownBy(() -> clap.encodeFiles(List.of(notes)))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("notes.txt");
      assertThatThrownBy(() -> clap.encodeFiles(List.of(folder.resolve("none.wav"))))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("none.wav");
    }
  }
}
