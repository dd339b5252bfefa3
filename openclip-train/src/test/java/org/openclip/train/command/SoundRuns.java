package org.openclip.train.command;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.openclip.train.shard.TarFiles;

/**
 * Trainings of tiny models on sounds that are computed for them.
 *
 * @param runs with the models and a folder {@code sounds/} of WAV files by kind
 */
record SoundRuns(ColourRuns runs) {
  static final String WHISPER =
      config(
          """
          {"model_type": "whisper", "clip_samples": 6400, "mel_bins": 80, "sample_rate": 16000,
           "window_size": 400, "hop_size": 160, "width": 16, "heads": 2, "layers": 1}\
          """);

  static final String HTSAT =
      config(
          """
          {"model_type": "HTSAT", "clip_samples": 10000, "mel_bins": 32, "sample_rate": 8000,
           "window_size": 256, "hop_size": 100, "fmin": 50, "fmax": 3500, "spec_size": 64,
           "width": 8, "depths": [2, 1], "heads": [2, 2]}\
          """);

  static final String FUSED =
      HTSAT.replace("\"spec_size\"", "\"enable_fusion\": true, \"spec_size\"");

  static final String NAFLEX =
      config(
          """
          {"model_type": "naflexvit", "mel_bins": 16, "sample_rate": 8000, "window_size": 128,
           "hop_size": 80, "fmin": 50, "fmax": 3500, "patch_freq": 8, "patch_time": 4,
           "naflexvit_cfg": {"embed_dim": 16, "depth": 1, "num_heads": 2}}\
          """);

  /** Frequencies of tones, by the kind of sound. */
  private static final Map<String, Integer> TONES =
      new TreeMap<>(Map.of("low_hum", 150, "middle_tone", 700, "high_whistle", 2500));

  private static final int EACH = 6;
  private static final int RATE = 8000;

  private static String config(String audio) {
    return String.format(
        Locale.ROOT,
        """
        {"model_cfg": {"embed_dim": 16, "audio_cfg": %s,
          "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
            "layers": 1}}}
        """,
        audio);
  }

  /** Writes the configuration of a model, the sounds, and their shards. */
  static SoundRuns in(Path folder, String config) throws IOException {
    ColourRuns runs = new ColourRuns(folder);
    runs.model("model", config);
    Random random = new Random(3);
    List<Map<String, byte[]>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
    int number = 0;
    for (String kind : TONES.keySet()) {
      Path inner = Files.createDirectories(folder.resolve("sounds").resolve(kind));
      for (int i = 0; i < EACH; i++) {
        byte[] wave = wave(random, TONES.get(kind), RATE / 4 + i * RATE / 4);
        String key = String.format(Locale.ROOT, "%03d", number);
        Files.write(inner.resolve(key + ".wav"), wave);
        Map<String, byte[]> shard = shards.get(number++ % 2);
        shard.put(key + ".wav", wave);
        shard.put(
            key + (i % 2 == 0 ? ".json" : ".txt"),
            TarFiles.text(
                i % 2 == 0
                    ? "{\"text\": [\"" + caption(kind) + "\", \"" + caption(kind) + "\"]}"
                    : caption(kind)));
      }
    }
    for (int i = 0; i < shards.size(); i++) {
      TarFiles.write(folder.resolve("sounds-" + i + ".tar"), shards.get(i));
    }
    return new SoundRuns(runs);
  }

  /** Returns the captions of all kinds of sounds. */
  static List<String> captions() {
    return TONES.keySet().stream().map(SoundRuns::caption).toList();
  }

  private static String caption(String kind) {
    return "a " + kind.replace('_', ' ');
  }

  /** Returns a WAV file of a tone with overtones and noise. */
  static byte[] wave(Random random, int frequency, int count) throws IOException {
    ByteBuffer samples = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
    double start = random.nextDouble() * 6;
    for (int i = 0; i < count; i++) {
      double tone = 0.4 * Math.sin(start + 2 * Math.PI * frequency * i / RATE);
      double second = 0.1 * Math.sin(start + 4 * Math.PI * frequency * i / RATE);
      samples.putShort((short) ((tone + second + 0.01 * random.nextGaussian()) * 20000));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    AudioFormat format = new AudioFormat(RATE, 16, 1, true, false);
    AudioSystem.write(
        new AudioInputStream(new ByteArrayInputStream(samples.array()), format, count),
        AudioFileFormat.Type.WAVE,
        bytes);
    return bytes.toByteArray();
  }

  /** Returns the shards. */
  String shards() {
    return runs.folder().resolve("sounds-{0..1}.tar").toString();
  }

  /** Writes a table of all sounds with their captions, where {@link ColourRuns} looks for one. */
  void writeTable() throws IOException {
    StringBuilder rows = new StringBuilder("filepath\ttitle\n");
    for (Path file : files()) {
      String kind = file.getName(file.getNameCount() - 2).toString();
      rows.append(file).append('\t').append(caption(kind)).append('\n');
    }
    Files.writeString(runs.table(), rows);
  }

  /** Returns the flags of a training on the shards. */
  Map<String, String> flags(String name) {
    Map<String, String> flags = runs.flags(name);
    flags.put("--train-data", shards());
    flags.put("--dataset-type", "webdataset-audio");
    flags.put("--audio-ext", "wav");
    flags.put("--train-num-samples", Integer.toString(TONES.size() * EACH));
    flags.put("--batch-size", "6");
    flags.put("--log-every-n-steps", "1");
    return flags;
  }

  /** Trains on the shards, with flags in addition or in the place of the usual ones. */
  ColourRuns.Run train(String name, String... more) {
    return ColourRuns.run(flags(name), more);
  }

  /** Returns the losses that a run's log tells, step by step. */
  double[] losses(String run) throws IOException {
    return Files.readAllLines(runs.log(run, "out.log")).stream()
        .filter(line -> line.contains("  loss "))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll(".*  loss ([-0-9.]+).*", "$1")))
        .toArray();
  }

  /** Returns all sound files, in order, and the kinds beside them. */
  List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String kind : TONES.keySet()) {
      try (var inner = Files.list(runs.folder().resolve("sounds").resolve(kind))) {
        inner.sorted().forEach(files::add);
      }
    }
    return files;
  }

  /** Returns how many of the files a model gives its own caption the highest score. */
  long recognised(float[][] logits) {
    long right = 0;
    for (int i = 0; i < logits.length; i++) {
      int best = 0;
      for (int j = 1; j < logits[i].length; j++) {
        best = logits[i][j] > logits[i][best] ? j : best;
      }
      right += best == i / EACH ? 1 : 0;
    }
    return right;
  }
}
