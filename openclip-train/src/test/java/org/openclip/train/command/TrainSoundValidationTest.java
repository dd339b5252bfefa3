package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.audio.ClapModel;

/** Validation of models of sounds during training, under the reference's names. */
class TrainSoundValidationTest {
  @TempDir Path folder;

  private static Map<String, Object> results(SoundRuns runs, String run) throws IOException {
    List<String> lines = Files.readAllLines(runs.runs().log(run, "checkpoints/results.jsonl"));
    return JSON.std.mapFrom(lines.get(lines.size() - 1));
  }

  private static double number(Map<String, Object> results, String name) {
    assertThat(results).containsKey(name);
    return ((Number) results.get(name)).doubleValue();
  }

  @Test
  void resultsAreThoseOfTheModelThatIsSaved() throws IOException {
    SoundRuns runs = SoundRuns.in(folder, SoundRuns.HTSAT);
    String sounds = folder.resolve("sounds").toString();

    ColourRuns.Run run =
        runs.train(
            "measured",
            "--epochs",
            "2",
            "--val-data",
            runs.shards(),
            "--audio-zeroshot-dataset",
            sounds + "/",
            "--audio-zeroshot-template",
            "the sound of a {}");

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, Object> results = results(runs, "measured");
    assertThat(results)
        .containsKeys(
            "audio_to_text_mean_rank",
            "audio_to_text_R@10",
            "text_to_audio_median_rank",
            "text_to_audio_R@1",
            "sounds-zeroshot-top5");
    assertThat(results.get("num_samples")).isEqualTo(18);
    try (ClapModel model = ClapModel.load(runs.runs().checkpoint("measured", "epoch_2"))) {
      List<String> prompts = new ArrayList<>();
      SoundRuns.captions().forEach(caption -> prompts.add("the sound of " + caption));
      Embeddings files = model.encodeFiles(runs.files());
      assertThat(number(results, "sounds-zeroshot-top1"))
          .isEqualTo(runs.recognised(model.logits(files, model.encodeTexts(prompts))) / 18.0);
      assertThat(number(results, "audio_val_loss")).isCloseTo(loss(model, files), within(2e-5));
    }
  }

  /** Returns the mean loss over batches of six sounds, in the order of the shards. */
  private static double loss(ClapModel model, Embeddings files) {
    double sum = 0;
    List<Integer> order = new ArrayList<>();
    for (int shard = 0; shard < 2; shard++) {
      for (int i = shard; i < 18; i += 2) {
        order.add(i);
      }
    }
    for (int from = 0; from < 18; from += 6) {
      List<Integer> batch = order.subList(from, from + 6);
      List<Embeddings> sounds = new ArrayList<>();
      List<String> captions = new ArrayList<>();
      for (int i : batch) {
        sounds.add(Embeddings.of(files.width(), files.row(i)));
        captions.add(SoundRuns.captions().get(i / 6));
      }
      float[][] logits = model.logits(Embeddings.concat(sounds), model.encodeTexts(captions));
      for (int i = 0; i < 6; i++) {
        double row = 0;
        double column = 0;
        for (int j = 0; j < 6; j++) {
          row += Math.exp(logits[i][j]);
          column += Math.exp(logits[j][i]);
        }
        sum += (Math.log(row) + Math.log(column)) / 2 - logits[i][i];
      }
    }
    return sum / 18;
  }

  @Test
  void aTableOfSoundsIsReadAsTheFolderOfTheSameClasses() throws IOException {
    SoundRuns runs = SoundRuns.in(folder, SoundRuns.NAFLEX);
    List<String> kinds = List.of("high_whistle", "low_hum", "middle_tone");
    StringBuilder rows = new StringBuilder("filename,fold,target,category\n");
    for (Path file : runs.files()) {
      String kind = file.getName(file.getNameCount() - 2).toString();
      String name = folder.relativize(file).toString();
      rows.append("%s,1,%s,%s%n".formatted(name, 7 * kinds.indexOf(kind), kind));
    }
    Files.writeString(folder.resolve("esc.csv"), rows);
    Map<String, String> flags = runs.flags("table");
    flags.remove("--train-data");
    String table = folder.resolve("esc.csv").toString();

    ColourRuns.Run run =
        ColourRuns.run(
            flags, "--audio-zeroshot-dataset", table, "--audio-zeroshot-audio-key", "filename");
    flags.put("--name", "folders");
    ColourRuns.Run folders =
        ColourRuns.run(flags, "--audio-zeroshot-dataset", folder.resolve("sounds").toString());
    flags.put("--name", "wrong");
    ColourRuns.Run wrong = ColourRuns.run(flags, "--audio-zeroshot-dataset", table);
    flags.put("--name", "texts");
    ColourRuns.Run texts =
        ColourRuns.run(
            flags,
            "--audio-zeroshot-dataset",
            table,
            "--audio-zeroshot-audio-key",
            "filename",
            "--audio-zeroshot-target-key",
            "category");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folders.code()).as(folders.err()).isZero();
    assertThat(number(results(runs, "table"), "esc.csv-zeroshot-top1"))
        .isEqualTo(number(results(runs, "folders"), "sounds-zeroshot-top1"));
    assertThat(wrong.err())
        .contains("has no column 'audio'", "choose one with --audio-zeroshot-audio-key");
    assertThat(texts.err()).contains("the class 'high_whistle' is no whole number");
  }

  @Test
  void aModelIsMeasuredWithoutTraining() throws IOException {
    SoundRuns runs = SoundRuns.in(folder, SoundRuns.NAFLEX);
    Map<String, String> flags = runs.flags("only");
    flags.remove("--train-data");
    flags.remove("--train-num-samples");

    ColourRuns.Run run =
        ColourRuns.run(
            flags,
            "--audio-zeroshot-dataset",
            folder.resolve("sounds").toString(),
            "--val-data",
            runs.shards());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(results(runs, "only")).containsKeys("audio_val_loss", "sounds-zeroshot-top1");
  }
}
