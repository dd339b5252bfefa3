package org.openclip.train.sound;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.plan.SoundTower;

/**
 * Spectrograms for a tower that fuses longer sounds: four of each sound, which are equal if it is
 * not longer than a clip. In training, a batch without a longer sound has one that is drawn and
 * taken for longer, as in the reference. The numbers of a sound are whether it is longer, a draw,
 * and those of {@link Spectrograms}.
 *
 * @param usual makes the spectrogram of a sound that is not longer
 * @param four makes those of a longer sound, and the batch
 */
record FusedSpectrograms(AudioPreprocessor usual, Spectrograms four) implements SoundInput {
  private static final int HEAD = 2;

  static FusedSpectrograms of(SpectrogramEncoder tower, ClipOptions clips, boolean varied) {
    SpectrogramEncoder fused = tower.longer().orElseThrow();
    return new FusedSpectrograms(
        tower.preprocessor(),
        new Spectrograms(
            fused.preprocessor(),
            clips,
            tower.masks().orElse(null),
            tower.preprocessor().bands(),
            varied));
  }

  @Override
  public int numbers() {
    return HEAD + four.numbers();
  }

  @Override
  public void fill(Audio audio, RandomGenerator random, FloatBuffer out) {
    ClipOptions clips = four.drawn(random);
    boolean longer = usual.longer(audio);
    out.put(longer ? 1 : 0).put(random.nextFloat());
    if (longer) {
      four.preprocessor().with(clips).prepare(audio, out);
    } else {
      int first = out.position();
      usual.with(clips).prepare(audio, out);
      FloatBuffer one = out.duplicate().flip().position(first);
      for (int copies = four.preprocessor().bands() / usual.bands(); copies > 1; copies--) {
        out.put(one.duplicate());
      }
    }
    four.mask(random, out);
  }

  @Override
  public Map<String, Tensor> inputs(List<ByteBuffer> sounds) {
    List<ByteBuffer> rest = new ArrayList<>();
    sounds.forEach(
        sound ->
            rest.add(
                sound
                    .duplicate()
                    .clear()
                    .position(HEAD * Float.BYTES)
                    .slice()
                    .order(sound.order())));
    Map<String, Tensor> inputs = new LinkedHashMap<>(four.inputs(rest));
    inputs.putAll(longer(sounds));
    return inputs;
  }

  private Map<String, Tensor> longer(List<ByteBuffer> sounds) {
    List<Integer> longer = new ArrayList<>();
    int drawn = 0;
    for (int i = 0; i < sounds.size(); i++) {
      if (sounds.get(i).getFloat(0) == 1) {
        longer.add(i);
      }
      drawn = draw(sounds, i) > draw(sounds, drawn) ? i : drawn;
    }
    if (longer.isEmpty() && four.varied()) {
      longer.add(drawn);
    }
    ByteBuffer there = Tensor.allocate(sounds.size());
    long[] places = new long[sounds.size()];
    for (int place = 0; place < longer.size(); place++) {
      there.put(longer.get(place), (byte) 1);
      places[longer.get(place)] = place;
    }
    // The batch norms of the fusion need two rows: a single one is there twice, as in the
    // reference. Where no sound is longer, nothing reads what is fused.
    List<Integer> rows = new ArrayList<>(longer);
    while (rows.size() < 2) {
      rows.add(rows.isEmpty() ? 0 : rows.get(0));
    }
    long[] ids = rows.stream().mapToLong(Integer::longValue).toArray();
    return Map.of(
        SoundTower.LONGER_ROWS, Tensor.of(ids, ids.length),
        SoundTower.IS_LONGER, Tensor.of(DataType.BOOL, there, sounds.size()),
        SoundTower.LONGER_PLACES, Tensor.of(places, places.length));
  }

  private static float draw(List<ByteBuffer> sounds, int i) {
    return sounds.get(i).getFloat(Float.BYTES);
  }
}
