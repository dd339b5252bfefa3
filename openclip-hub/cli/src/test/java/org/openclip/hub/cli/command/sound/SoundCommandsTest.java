package org.openclip.hub.cli.command.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.audio.ClipOptions.Fill;
import org.openclip.api.audio.ClipOptions.Truncation;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.audio.ClapModel;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyCatalogue;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

/** Commands on sounds compute what {@link ClapModel} does. */
class SoundCommandsTest {
  private static final List<String> LABELS = List.of("a dog barks", "rain");

  @TempDir static Path folder;
  private static Path model;
  private static Path sounds;
  private static Path dog;
  private static Path rain;

  @BeforeAll
  static void writeFiles() throws IOException {
    model = folder.resolve("clap");
    CommandLineRun init =
        CommandLineRun.with(
            TinyCatalogue.plugins(folder.resolve("plugin")),
            false,
            "init",
            "tiny-clap",
            model.toString());
    assertThat(init.code()).as(init.err()).isZero();
    sounds = Files.createDirectories(folder.resolve("sounds/inner"));
    dog = wav("sounds/dog.wav", 40000, 16000);
    rain = wav("sounds/inner/rain.WAV", 3000, 22050);
    Files.writeString(folder.resolve("sounds/notes.txt"), "none");
    sounds = folder.resolve("sounds");
  }

  private static Path wav(String name, int count, int rate) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(RecipeWave.numbers(name, count));
    Path file = folder.resolve(name);
    AudioSystem.write(
        new AudioInputStream(
            new ByteArrayInputStream(bytes.array()),
            new AudioFormat(rate, 16, 1, true, false),
            count),
        AudioFileFormat.Type.WAVE,
        file.toFile());
    return file;
  }

  private static CommandLineRun run(String command, Object... arguments) {
    List<String> all = new ArrayList<>(List.of(command, "--model", model.toString()));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static ClapModel load(ClipOptions clips) {
    return ClapModel.builder("local-dir:" + model).clips(clips).load();
  }

  @Test
  void soundsAreClassified() {
    CommandLineRun run =
        run("classify", sounds, LABELS.get(0), LABELS.get(1), "--format", "json", "--batch", 1);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.errors()).isEmpty();
    assertThat(run.err())
        .contains("the weights in " + model + " are untrained")
        .contains("1 file is skipped (1 .txt); files that are read end in ");
    assertThat(run.objects()).hasSize(2);
    try (ClapModel clap = load(ClipOptions.DEFAULT)) {
      float[][] expected =
          clap.probabilities(clap.encodeFiles(List.of(dog, rain)), clap.encodeTexts(LABELS));
      for (int i = 0; i < 2; i++) {
        Map<String, Object> line = run.objects().get(i);
        assertThat(line).containsEntry("sound", List.of(dog, rain).get(i).toString());
        for (Object each : (List<?>) Goldens.get(line, "labels")) {
          Map<String, Object> result = Goldens.map(each);
          int label = LABELS.indexOf((String) Goldens.get(result, "label"));
          assertThat(((Number) Goldens.get(result, "probability")).floatValue())
              .isCloseTo(expected[i][label], within(1e-6f));
        }
      }
    }
  }

  @Test
  void soundsAreComparedWithTextsAndEachOther() {
    CommandLineRun texts = run("similarity", dog, rain, "--text", LABELS.get(0), "-f", "json");
    CommandLineRun alone = run("similarity", sounds, "-f", "json");

    assertThat(texts.code()).as(texts.err()).isZero();
    Map<String, Object> first = texts.objects().get(0);
    assertThat(first).containsEntry("columns", LABELS.subList(0, 1));
    try (ClapModel clap = load(ClipOptions.DEFAULT)) {
      Embeddings files = clap.encodeFiles(List.of(dog, rain));
      Goldens.assertClose(
          "cosines",
          Embeddings.of(1, flat(files.cosine(clap.encodeTexts(LABELS.subList(0, 1))))),
          Goldens.matrix(Goldens.get(first, "cosines")),
          1e-5);
    }
    assertThat(alone.objects().get(0))
        .containsEntry("rows", List.of(dog.toString(), rain.toString()));
  }

  private static float[] flat(float[][] column) {
    float[] values = new float[column.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = column[i][0];
    }
    return values;
  }

  @Test
  void embeddingsFollowTheOptionsOfClips() {
    CommandLineRun run =
        run(
            "embed",
            dog,
            rain,
            "--text",
            "rain",
            "--raw",
            "--audio-trunc",
            "rand_trunc",
            "--audio-seed",
            5,
            "--audio-fill",
            "pad",
            "--audio-int16-normalize");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.objects())
        .extracting(o -> o.get("kind"))
        .containsExactly("sound", "sound", "text");
    ClipOptions options = new ClipOptions(Fill.PAD, Truncation.RAND_TRUNC, true, 5);
    try (ClapModel chosen = load(options);
        ClapModel usual = load(ClipOptions.DEFAULT)) {
      Embeddings expected = chosen.encodeFiles(List.of(dog, rain));
      for (int i = 0; i < 2; i++) {
        double[] vector = Goldens.doubles(Goldens.get(run.objects().get(i), "vector"));
        for (int j = 0; j < vector.length; j++) {
          assertThat(vector[j]).isCloseTo(expected.row(i)[j], within(1e-5));
        }
      }
      Embeddings other = usual.encodeFiles(List.of(dog, rain));
      assertThat(other.row(0)).isNotEqualTo(expected.row(0));
      assertThat(other.row(1)).isNotEqualTo(expected.row(1));
    }
  }

  @Test
  void matricesAndListsAreOfSoundsToo() throws IOException {
    Path list = Files.writeString(folder.resolve("list.txt"), dog + "\n" + rain + "\n");
    Path broken = Files.writeString(folder.resolve("broken.wav"), "RIFF");

    CommandLineRun matrix = run("embed", "--images-from", list, "-o", folder + "/s.npy");
    CommandLineRun skipped = run("embed", dog, broken, "--skip-bad", "--format", "csv");
    CommandLineRun stopped = run("embed", dog, broken);

    assertThat(matrix.code()).as(matrix.err()).isZero();
    assertThat(Files.size(folder.resolve("s.npy"))).isGreaterThan(2L * 16 * 4);
    assertThat(Files.readString(folder.resolve("s.index.jsonl"))).contains("\"kind\":\"sound\"");
    assertThat(skipped.code()).isZero();
    assertThat(skipped.lines()).hasSize(2);
    assertThat(skipped.err()).contains("openclip: skipped: " + broken);
    assertThat(stopped.code()).isEqualTo(1);
    assertThat(stopped.err()).contains(broken + ": is no sound file that can be read");
  }

  @Test
  void flacAndMp3AreRead() {
    Path files = Fixtures.path("sound").resolve("files");

    CommandLineRun run = run("embed", files.resolve("mono16.flac"), files.resolve("vbr48000.mp3"));
    CommandLineRun all = run("similarity", files, "--format", "json");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.objects()).hasSize(2);
    assertThat(all.code()).as(all.err()).isZero();
    assertThat((List<?>) Goldens.get(all.objects().get(0), "rows")).hasSize(14);
  }

  @Test
  void filesOfTheOtherKindAreRefused() throws IOException {
    Path cat = Fixtures.path("preprocess/images/cat.png");
    Path empty = Files.createDirectories(folder.resolve("empty"));

    assertThat(run("classify", cat, "a", "b").err())
        .contains(cat + " is a picture, but the model encodes sounds");
    assertThat(CommandLineRun.of("classify", dog.toString(), "a", "b").err())
        .contains(dog + " is a sound, but the model encodes images; name a model of sounds");
    assertThat(run("similarity", empty).err())
        .contains("contains no sounds; their file names must");
    assertThat(run("embed", dog, "-o", folder + "/vectors/").err())
        .contains("an output folder supports only pictures; give a file for sounds");
    assertThat(run("classify", dog, "a", "no.wav").err()).contains("there is no file no.wav");
    assertThat(run("classify", dog, "a").err()).contains("one label alone always has 100%");
  }

  @Test
  void optionsOfClipsAreChecked() {
    assertThat(run("embed", dog, "--audio-fill", "loop").err())
        .contains("--audio-fill is loop, but must be one of pad, repeat, repeatpad");
    assertThat(run("embed", dog, "--audio-trunc", "fusion").err())
        .contains("'fusion' is for models with enable_fusion");
    assertThat(CommandLineRun.of("embed", "--text", "a", "--audio-fill", "pad").err())
        .contains("--audio-fill is for CLAP models, of sounds and texts, only");
    assertThat(run("embed", dog, "--precision", "int8").err()).contains("cannot run in int8");
  }
}
