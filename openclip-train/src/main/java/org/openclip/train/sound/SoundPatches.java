package org.openclip.train.sound;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.audio.AudioPatches;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.data.BatchShape;

/**
 * Patches of sounds that keep their length (NaFlexCLAP). A batch is as long as its longest sound. A
 * sound that is longer than the batch's bound is cut at its end, by whole columns of patches. The
 * numbers of a sound are the rows and columns of its grid, and then its patches.
 *
 * @param patcher cuts sounds into patches, up to the bound of the batch
 * @param longest the largest number of patches of a sound of any batch
 * @param multiple the number of patches of a batch is a multiple of it where the bound allows
 */
record SoundPatches(AudioPatcher patcher, int longest, int multiple) implements SoundInput {
  private static final int HEAD = 2;

  @Override
  public int numbers() {
    return Math.addExact(HEAD, Math.multiplyExact(longest, patcher.numbers()));
  }

  @Override
  public void fill(Audio audio, RandomGenerator random, FloatBuffer out) {
    AudioPatches patches = patcher.cut(audio);
    out.put(patches.rows()).put(patches.columns()).put(patches.values());
  }

  @Override
  public Map<String, Tensor> inputs(List<ByteBuffer> sounds) {
    List<AudioPatches> all = new ArrayList<>();
    int length = 1;
    int rows = 1;
    for (ByteBuffer sound : sounds) {
      FloatBuffer numbers = sound.duplicate().order(sound.order()).clear().asFloatBuffer();
      rows = (int) numbers.get();
      int columns = (int) numbers.get();
      float[] values = new float[rows * columns * patcher.numbers()];
      numbers.get(values);
      all.add(new AudioPatches(rows, columns, values));
      length = Math.max(length, rows * columns);
    }
    int padded = (length + multiple - 1) / multiple * multiple;
    return PatchInputs.of(all, Math.max(length, Math.min(padded, patcher.most() / rows * rows)));
  }

  @Override
  public SoundInput of(BatchShape shape) {
    return shape.patches() == 0 || shape.patches() == patcher.most()
        ? this
        : new SoundPatches(patcher.withMost(shape.patches()), longest, multiple);
  }
}
