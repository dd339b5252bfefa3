package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flags and data that do not fit a training on sounds. */
class TrainSoundsBadInputTest {
  @TempDir static Path folder;

  private static SoundRuns runs(String config) throws IOException {
    Path own = folder.resolve(Integer.toHexString(config.hashCode()));
    return Files.exists(own)
        ? new SoundRuns(new ColourRuns(own))
        : SoundRuns.in(Files.createDirectories(own), config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--siglip | --siglip does not support models of sounds, which learn by CLIP's loss alone",
        "--lock-image | --lock-image is for models of images, and",
        "--image-layer-decay 0.5 | --image-layer-decay is for models of images",
        "--imagenet-val x | --imagenet-val is for models of images",
        "--aug-cfg scale=1,1 | --aug-cfg is for models of images",
        "--lora 4 --pretrained x | --lora does not support models of sounds",
        "--distill-model RN50 --distill-pretrained openai | --distill-model does not support",
        "--audio-fill twice | --audio-fill 'twice' is not one of pad, repeat, repeatpad",
        "--audio-trunc fusion | are for models with enable_fusion",
        "--audio-fusion | are for models with enable_fusion",
        "--audio-ext ; | --audio-ext is empty",
        "--audio-layer-decay 0.5 | --audio-layer-decay is for the audio tower of NaFlexCLAP",
        "--naflex-pad-multiple 0 | --naflex-pad-multiple is 0, but must be at least 1",
        "--use-naflex | --use-naflex is for towers of any length",
        "--naflex-seq-lens 12 | give --use-naflex",
        "--dataset-type webdataset | --dataset-type webdataset is for images",
        "--dataset-type synthetic | --dataset-type synthetic is for images",
        "--audio-zeroshot-template rain | has no {} for the class",
        "--audio-zeroshot-dataset ashraq/esc50 | datasets of the Hugging Face hub are not read",
        "--audio-zeroshot-split test | have no splits",
      })
  void flagsThatDoNotFitWhisperAreSaid(String flags, String message) throws IOException {
    ColourRuns.Run run = runs(SoundRuns.WHISPER).train("bad", flags.split(" ", -1));

    assertThat(run.code()).as(run.err()).isNotZero();
    assertThat(run.err()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--audio-fill pad | reads sounds as they are",
        "--audio-int16-normalize | reads sounds as they are",
        "--naflex-seq-lens 1 | --naflex-seq-lens 1: 1 patches are fewer than the 2 of one moment",
        "--naflex-patch-sizes 16 | are for images, not for sounds",
        "--naflex-num-train-image-tokens 100 | are for images, not for sounds",
        "--loss-tiles 2 | whose batches have several sizes",
      })
  void flagsThatDoNotFitNaFlexAreSaid(String flags, String message) throws IOException {
    ColourRuns.Run run = runs(SoundRuns.NAFLEX).train("bad", flags.split(" ", -1));

    assertThat(run.code()).as(run.err()).isNotZero();
    assertThat(run.err()).contains(message);
  }

  @Test
  void weightsThatAreNotLoadedAreSaid() throws IOException {
    Path own = Files.createDirectories(folder.resolve("asked"));
    String asking = SoundRuns.WHISPER.replace("\"whisper\",", "\"whisper\", \"pretrained\": true,");
    SoundRuns runs = SoundRuns.in(own, asking);

    ColourRuns.Run run = runs.train("asked", "--epochs", "1");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("OpenAI's Whisper weights, which are not loaded");
  }

  @Test
  void flagsOfSoundsAreErrorsForModelsOfImages() throws IOException {
    ColourRuns.Run run =
        ColourRuns.in(folder.resolve("images")).train("bad", "--audio-trunc", "trunc");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--audio-trunc is for models of sounds");
  }

  @Test
  void soundsThatCannotBeDecodedAreLeftOutAndCounted() throws IOException {
    SoundRuns runs =
        SoundRuns.in(Files.createDirectories(folder.resolve("torn")), SoundRuns.WHISPER);
    runs.writeTable();
    Path torn = runs.files().get(0);
    Files.write(torn, Arrays.copyOf(Files.readAllBytes(torn), 20));
    Map<String, String> flags = runs.runs().flags("torn");
    flags.put("--train-data", runs.runs().table().toString());
    flags.put("--epochs", "1");

    ColourRuns.Run run = ColourRuns.run(flags);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("1 samples were skipped", String.valueOf(torn.getFileName()));

    Path empty = Files.createDirectories(folder.resolve("silent"));
    Files.copy(torn, empty.resolve("torn.wav"));
    Files.writeString(empty.resolve("t.csv"), "filepath\ttitle\n" + empty + "/torn.wav\tx\n");
    flags.put("--train-data", empty.resolve("t.csv").toString());
    flags.put("--batch-size", "1");
    flags.put("--name", "silent");
    ColourRuns.Run none = ColourRuns.run(flags);
    assertThat(none.code()).isNotZero();
    assertThat(none.err()).contains("no sample is usable; 1 were skipped");
  }
}
