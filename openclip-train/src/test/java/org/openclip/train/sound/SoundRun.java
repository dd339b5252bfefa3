package org.openclip.train.sound;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.openclip.api.audio.AudioPatches;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.model.FreshWeights;
import org.openclip.testkit.Fixtures;
import org.openclip.train.plan.SoundTower;

/**
 * A training of the reference on sounds.
 *
 * @param name what it is called
 * @param json all that is known of it
 */
record SoundRun(String name, Map<String, Object> json) {
  /** Returns all runs; none is a failure. */
  static Stream<SoundRun> all() {
    try (Stream<Path> files = Files.list(Fixtures.path("sound-training"))) {
      List<Path> found = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      assertThat(found).as("runs on sounds").isNotEmpty();
      return found.stream().map(SoundRun::read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SoundRun read(Path file) {
    try {
      Map<String, Object> json = map(JSON.std.anyFrom(Files.readAllBytes(file)));
      return new SoundRun((String) Objects.requireNonNull(json.get("name")), json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  static Map<String, Object> map(Object json) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(json)).forEach((k, v) -> map.put((String) k, v));
    return map;
  }

  static double number(Object json) {
    return ((Number) Objects.requireNonNull(json)).doubleValue();
  }

  static Map<String, Double> numbers(Object json) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    map(json).forEach((name, n) -> numbers.put(name, number(n)));
    return numbers;
  }

  double option(String key) {
    return number(map(json.get("case")).get(key));
  }

  boolean decaysByLayer() {
    return json.containsKey("lr_scale_of");
  }

  ClapConfig config() {
    return ClapConfig.of(map(json.get("model_cfg")));
  }

  /** Returns the lengths of tensors, by name. */
  Map<String, Double> lengths(Object summaries) {
    Map<String, Double> lengths = new LinkedHashMap<>();
    map(summaries).forEach((key, summary) -> lengths.put(key, number(map(summary).get("l2"))));
    return lengths;
  }

  List<Map<String, Object>> steps() {
    return ((List<?>) Objects.requireNonNull(json.get("steps")))
        .stream().map(SoundRun::map).toList();
  }

  /** Returns the inputs of the model for a step. */
  Map<String, Tensor> batch(ClapArchitecture architecture, int number) {
    Map<String, Object> step = steps().get(number);
    List<?> tokens = (List<?>) Objects.requireNonNull(step.get("tokens"));
    Map<String, Tensor> batch = new HashMap<>();
    batch.put(
        Architecture.TOKENS,
        Tensor.of(flat(tokens).mapToLong(n -> n.longValue()).toArray(), tokens.size(), 8));
    if (architecture.audioEncoder() instanceof SpectrogramEncoder tower) {
      int bands = tower.longer().orElse(tower).preprocessor().bands();
      int frames = tower.preprocessor().frames();
      boolean masked = tower.masks().isPresent();
      float[] levels = values(number, tokens.size() * bands * frames, masked);
      batch.put(ClapArchitecture.SPECTROGRAM, Tensor.of(levels, tokens.size(), bands, frames));
      if (masked) {
        batch.put(SoundTower.KEPT_BANDS, rows(step.get("kept_bands")));
        batch.put(SoundTower.KEPT_FRAMES, rows(step.get("kept_frames")));
      }
      if (step.get("longer") instanceof List<?> longer) {
        batch.putAll(longer(longer));
      }
      return batch;
    }
    batch.putAll(patches(step, number));
    return batch;
  }

  /** Returns which sounds are longer; a single one is there twice. */
  private static Map<String, Tensor> longer(List<?> flags) {
    List<Long> rows = new ArrayList<>();
    ByteBuffer there = Tensor.allocate(flags.size());
    long[] places = new long[flags.size()];
    for (int i = 0; i < places.length; i++) {
      if (number(flags.get(i)) == 1) {
        places[i] = rows.size();
        there.put(i, (byte) 1);
        rows.add((long) i);
      }
    }
    if (rows.size() == 1) {
      rows.add(rows.get(0));
    }
    long[] ids = rows.stream().mapToLong(Long::longValue).toArray();
    return Map.of(
        SoundTower.LONGER_ROWS, Tensor.of(ids, ids.length),
        SoundTower.IS_LONGER, Tensor.of(DataType.BOOL, there, places.length),
        SoundTower.LONGER_PLACES, Tensor.of(places, places.length));
  }

  private Map<String, Tensor> patches(Map<String, Object> step, int number) {
    int length = (int) number(step.get("length"));
    int rows = 2;
    int numbers = 32;
    List<AudioPatches> sounds = new ArrayList<>();
    List<?> columns = (List<?>) Objects.requireNonNull(step.get("columns"));
    float[] values = values(number, columns.size() * length * numbers, true);
    for (int i = 0; i < columns.size(); i++) {
      int count = (int) number(columns.get(i));
      float[] own = new float[rows * count * numbers];
      System.arraycopy(values, i * length * numbers, own, 0, own.length);
      sounds.add(new AudioPatches(rows, count, own));
    }
    return PatchInputs.of(sounds, length);
  }

  private float[] values(int step, int count, boolean decibels) {
    long hash = FreshWeights.fnv1a("sound:" + name + ":" + step);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      float uniform = FreshWeights.uniform(hash, i);
      values[i] = decibels ? 20 * uniform - 40 : uniform;
    }
    return values;
  }

  private static Tensor rows(Object json) {
    List<?> rows = (List<?>) Objects.requireNonNull(json);
    double[] flat = flat(rows).mapToDouble(n -> n.doubleValue()).toArray();
    float[] values = new float[flat.length];
    for (int i = 0; i < flat.length; i++) {
      values[i] = (float) flat[i];
    }
    return Tensor.of(values, rows.size(), values.length / rows.size());
  }

  private static Stream<Number> flat(List<?> rows) {
    return rows.stream().flatMap(row -> ((List<?>) row).stream()).map(Number.class::cast);
  }
}
