package org.openclip.train.command.data;

import org.openclip.api.audio.AudioPatcher;
import org.openclip.hub.audio.SoundFiles;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.run.ModelPreparation.Captions;
import org.openclip.train.sound.SoundInput;
import org.openclip.train.sound.SoundPreparation;

/**
 * The preparation of sounds and captions of a generative model.
 *
 * @param files decodes sounds
 * @param patcher cuts sounds into patches
 * @param plan how batches are sized
 * @param multiple the number of patches of a batch is a multiple of it where the bound allows
 */
public record CaptionedSounds(SoundFiles files, AudioPatcher patcher, NaFlexPlan plan, int multiple)
    implements Preparations {
  @Override
  public SoundPreparation varied(Captions captions) {
    return preparation(plan.budget().longest(), multiple, captions);
  }

  @Override
  public SoundPreparation plain(Captions captions) {
    return preparation(plan.evaluation(), 1, captions);
  }

  private SoundPreparation preparation(int most, int rounded, Captions captions) {
    return new SoundPreparation(files, SoundInput.patches(patcher, most, rounded), captions);
  }
}
