package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.generative.GenerativeModel;
import org.openclip.hub.generative.TextScore;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

/** Commands with generative models compute what {@link GenerativeModel} does. */
class GenerativeCommandsTest {
  private static final String PICTURE = Fixtures.path("preprocess/images/cat-small.png").toString();
  private static final Map<String, Object> TRUNK =
      Map.of(
          "width",
          32,
          "depth",
          1,
          "num_heads",
          2,
          "intermediate_size",
          32,
          "text_embed_dim",
          16,
          "mrope_section",
          List.of(2, 3, 3));

  /** The vocabulary of CLIP, whose tokenizer needs no file. */
  private static final Map<String, Object> TEXT =
      Map.of("vocab_size", 49408, "context_length", 20, "pad_id", 0, "bos_id", 49406);

  @TempDir static Path folder;
  private static String images;
  private static String sounds;
  private static String sound;

  @BeforeAll
  static void writeModelsAndASound() throws IOException {
    images =
        model(
            "lip",
            Map.of(
                "embed_dim",
                16,
                "genlip_cfg",
                TRUNK,
                "vision_cfg",
                Map.of("image_size", 32, "patch_size", 8),
                "text_cfg",
                TEXT));
    sounds =
        model(
            "lap",
            Map.of(
                "embed_dim",
                16,
                "genlap_cfg",
                TRUNK,
                "audio_naflex_cfg",
                Map.of(
                    "sample_rate",
                    16000,
                    "fmax",
                    8000,
                    "n_mels",
                    64,
                    "patch_freq",
                    32,
                    "patch_time",
                    8),
                "text_cfg",
                TEXT));
    ByteBuffer bytes = ByteBuffer.allocate(2 * 8000).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(RecipeWave.numbers("wave", 8000));
    Path file = folder.resolve("wave.wav");
    AudioSystem.write(
        new AudioInputStream(
            new ByteArrayInputStream(bytes.array()),
            new AudioFormat(16000, 16, 1, true, false),
            8000),
        AudioFileFormat.Type.WAVE,
        file.toFile());
    sound = file.toString();
  }

  private static String model(String name, Map<String, Object> config) {
    GenerativeArchitecture architecture =
        GenerativeArchitecture.of(config, PluginRegistry.create()).orElseThrow();
    Path target = folder.resolve(name);
    ModelFolder.write(target, architecture, FreshWeights.hash(architecture.parameters()), Map.of());
    return target.toString();
  }

  private static List<String> captions(String model, String file, CaptionOptions options) {
    try (GenerativeModel loaded = GenerativeModel.builder("local-dir:" + model).load()) {
      return loaded.captionFiles(List.of(Path.of(file)), options, EncodingListener.NONE);
    }
  }

  private static double score(String model, String file, String... texts) {
    try (GenerativeModel loaded = GenerativeModel.builder("local-dir:" + model).load()) {
      return loaded
          .scoreFiles(List.of(Path.of(file)), List.of(texts), EncodingListener.NONE)
          .get(0)
          .stream()
          .mapToDouble(TextScore::perToken)
          .average()
          .orElseThrow();
    }
  }

  @Test
  void captionsOfImagesAndSoundsAreThoseOfTheModel() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad.png"), "no picture");

    CommandLineRun lip =
        CommandLineRun.of(
            "caption",
            bad.toString(),
            PICTURE,
            "-m",
            images,
            "--max-length",
            "9",
            "--skip-bad",
            "-f",
            "json");
    CommandLineRun lap =
        CommandLineRun.of(
            "caption", sound, "-m", sounds, "--top-p", "0.9", "--seed", "7", "-f", "csv");

    assertThat(lip.code()).as(lip.err()).isZero();
    assertThat(lip.err()).contains("openclip: skipped: " + bad).hasLineCount(1);
    assertThat(lip.objects()).hasSize(1);
    CaptionOptions beams = CaptionOptions.DEFAULT.withLength(5, 9);
    assertThat(lip.objects().get(0))
        .containsEntry("image", PICTURE)
        .containsEntry("caption", captions(images, PICTURE, beams).get(0));
    assertThat(lap.code()).isEqualTo(1);
    assertThat(lap.err())
        .contains("the maximum caption length is 30 tokens, but the model's context length is 20");
    CommandLineRun shorter =
        CommandLineRun.of(
            "caption",
            sound,
            "-m",
            sounds,
            "--top-p",
            "0.9",
            "--seed",
            "7",
            "--max-length",
            "12",
            "-f",
            "json");
    CaptionOptions sampling =
        CaptionOptions.DEFAULT.withSearch(new CaptionOptions.TopP(0.9, 1, 7)).withLength(5, 12);
    assertThat(shorter.code()).as(shorter.err()).isZero();
    assertThat(shorter.objects().get(0))
        .containsEntry("sound", sound)
        .containsEntry("caption", captions(sounds, sound, sampling).get(0));
  }

  @Test
  void labelsAreRankedByTheMeanOfTheirPromptsLikelihoods() {
    CommandLineRun run =
        CommandLineRun.of(
            "classify",
            PICTURE,
            "cat",
            "dog",
            "-m",
            images,
            "--template",
            "a {}",
            "--template",
            "a large photo of a {}.",
            "-f",
            "json");

    assertThat(run.code()).as(run.err()).isZero();
    List<?> labels = (List<?>) Goldens.get(run.objects().get(0), "labels");
    assertThat(labels).hasSize(2);
    double before = Double.POSITIVE_INFINITY;
    for (Object each : labels) {
      Map<String, Object> result = Goldens.map(each);
      assertThat(result).containsOnlyKeys("label", "score");
      String label = (String) result.get("label");
      double score = ((Number) Goldens.get(result, "score")).doubleValue();
      assertThat(score)
          .isLessThanOrEqualTo(before)
          .isCloseTo(
              score(images, PICTURE, "a " + label, "a large photo of a " + label + "."),
              within(1e-9));
      before = score;
    }
  }

  @Test
  void oneLabelOfASoundHasAScoreToo() {
    CommandLineRun table = CommandLineRun.of("classify", sound, "a dog barks", "-m", sounds);
    CommandLineRun rows =
        CommandLineRun.of("classify", sound, "a dog barks", "-m", sounds, "-f", "csv");

    assertThat(table.code()).as(table.err()).isZero();
    assertThat(table.lines().get(1)).matches("  a dog barks +-\\d+\\.\\d{4}");
    assertThat(rows.lines().get(0)).isEqualTo("sound,label,score");
    assertThat(rows.lines().get(1)).startsWith(sound + ",a dog barks,-");
  }

  @Test
  void otherCommandsAndOptionsOfOtherModelsAreRefused() {
    CommandLineRun embed = CommandLineRun.of("embed", sound, "-m", sounds);
    CommandLineRun similarity =
        CommandLineRun.of("similarity", PICTURE, "--text", "a", "-m", images);
    CommandLineRun clips =
        CommandLineRun.of("classify", sound, "rain", "-m", sounds, "--audio-fill", "pad");

    assertThat(List.of(embed.code(), similarity.code(), clips.code())).containsExactly(1, 1, 2);
    assertThat(embed.err())
        .contains("lap is a generative model, which cannot be used here")
        .contains("or use the commands caption, classify and train");
    assertThat(similarity.err()).contains("lip is a generative model, which cannot be used here");
    assertThat(clips.err()).contains("--audio-fill is for CLAP models");
  }
}
