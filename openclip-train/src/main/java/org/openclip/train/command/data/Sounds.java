package org.openclip.train.command.data;

import org.jspecify.annotations.Nullable;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.hub.audio.SoundFiles;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.run.ModelPreparation.Captions;
import org.openclip.train.sound.SoundInput;
import org.openclip.train.sound.SoundPreparation;

/**
 * The preparation of a model's sounds and captions.
 *
 * @param files decodes sounds
 * @param encoder the audio tower
 * @param trained how sounds become clips in training
 * @param multiple the number of patches of a batch is a multiple of it where the bound allows
 * @param plan how batches of sounds of any length are sized; null for sounds of one length
 * @param bounded whether the plan's bound, in the place of the model's, is that of zero-shot
 *     evaluations, too
 */
public record Sounds(
    SoundFiles files,
    AudioEncoder encoder,
    ClipOptions trained,
    int multiple,
    @Nullable NaFlexPlan plan,
    boolean bounded)
    implements Preparations {
  private static final ClipOptions UNCUT =
      new ClipOptions(ClipOptions.Fill.REPEATPAD, ClipOptions.Truncation.RAND_TRUNC, false, 0);

  /**
   * Checks that the model can be trained on sounds as the flags say.
   *
   * @param model its name, for messages
   * @param fusion whether the fusion of longer sounds is asked for
   * @throws UsageException when it cannot
   */
  public void check(String model, boolean fusion) {
    boolean fuses = encoder instanceof SpectrogramEncoder tower && tower.longer().isPresent();
    if (!fuses && (fusion || trained.truncation() == ClipOptions.Truncation.FUSION)) {
      throw new UsageException(
          "--audio-fusion and --audio-trunc fusion are for models with enable_fusion, which %s is not"
              .formatted(model));
    }
    if (encoder instanceof PatchAudioEncoder && !trained.equals(UNCUT)) {
      throw new UsageException(
          "--audio-fill, --audio-trunc and --audio-int16-normalize are for models that read clips"
              + " of"
              + " one length; %s reads sounds as they are".formatted(model));
    }
  }

  @Override
  public SoundPreparation varied(Captions captions) {
    int longest = plan == null ? 0 : plan.budget().longest();
    return prepared(SoundInput.trained(encoder, trained, longest, multiple), captions);
  }

  @Override
  public SoundPreparation plain(Captions captions) {
    return plain(captions, plan == null ? 0 : plan.evaluation());
  }

  @Override
  public SoundPreparation labelled(int classes) {
    Captions labels = Captions.labels(classes);
    return encoder instanceof PatchAudioEncoder tower && !bounded
        ? plain(labels, tower.patcher().most())
        : plain(labels);
  }

  private SoundPreparation plain(Captions captions, int most) {
    return prepared(SoundInput.measured(encoder, measured(), most), captions);
  }

  private SoundPreparation prepared(SoundInput input, Captions captions) {
    return new SoundPreparation(files, input, captions);
  }

  /** Of a longer sound, measurements read the beginning. */
  private ClipOptions measured() {
    return new ClipOptions(
        trained.fill(), ClipOptions.DEFAULT.truncation(), trained.int16Normalize(), 0);
  }
}
