package org.openclip.hub.audio;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.audio.AudioPatches;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** Makes the inputs of an audio tower: of one sound, and of a batch. */
sealed interface SoundInput {
  /** A sound that is prepared, as the same input made it. */
  sealed interface Prepared {}

  /** Returns whether the route of longer sounds encodes a sound. */
  default boolean longer(Audio audio) {
    return false;
  }

  /** Prepares a sound. */
  Prepared prepare(Audio audio);

  /** Returns the inputs for prepared sounds. */
  Map<String, Tensor> batch(List<Prepared> sounds);

  /** Returns the input of a tower. */
  static SoundInput of(AudioEncoder encoder, ClipOptions clips) {
    return switch (encoder) {
      case SpectrogramEncoder tower -> new Spectrograms(tower.preprocessor().with(clips));
      case PatchAudioEncoder tower -> {
        if (!clips.equals(ClipOptions.DEFAULT)) {
          throw new InvalidInputException(
              "%s cannot be applied: the model reads sounds of any length as they are"
                  .formatted(clips));
        }
        yield new Patches(tower.patcher());
      }
    };
  }

  /** Returns the input of a tower as it encodes longer sounds. */
  static SoundInput ofLonger(AudioEncoder encoder, ClipOptions clips) {
    return encoder instanceof SpectrogramEncoder tower
        ? of(tower.longer().orElse(tower), clips)
        : of(encoder, clips);
  }

  /** Spectrograms of one length. */
  record Spectrograms(AudioPreprocessor preprocessor) implements SoundInput {
    /** A spectrogram. */
    private record Spectrogram(ByteBuffer levels) implements Prepared {}

    @Override
    public boolean longer(Audio audio) {
      return preprocessor.longer(audio);
    }

    @Override
    public Prepared prepare(Audio audio) {
      ByteBuffer levels = Tensor.allocate(bytes());
      preprocessor.prepare(audio, levels.duplicate().order(levels.order()).asFloatBuffer());
      return new Spectrogram(levels);
    }

    private long bytes() {
      return (long) Math.multiplyExact(preprocessor.bands(), preprocessor.frames()) * Float.BYTES;
    }

    @Override
    public Map<String, Tensor> batch(List<Prepared> sounds) {
      ByteBuffer all = Tensor.allocate(sounds.size() * bytes());
      ByteBuffer out = all.duplicate();
      sounds.forEach(sound -> out.put(((Spectrogram) sound).levels().duplicate()));
      int bands = preprocessor.bands();
      int frames = preprocessor.frames();
      return Map.of(
          ClapArchitecture.SPECTROGRAM,
          Tensor.of(DataType.FLOAT32, all, sounds.size(), bands, frames));
    }
  }

  /** Patches of sounds that keep their length; a batch is as long as its longest sound. */
  record Patches(AudioPatcher patcher) implements SoundInput {
    /** The patches of a sound. */
    private record Cut(AudioPatches patches) implements Prepared {}

    @Override
    public Prepared prepare(Audio audio) {
      return new Cut(patcher.cut(audio));
    }

    @Override
    public Map<String, Tensor> batch(List<Prepared> sounds) {
      return PatchInputs.of(sounds.stream().map(sound -> ((Cut) sound).patches()).toList());
    }
  }
}
