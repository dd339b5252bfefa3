package org.openclip.train.command;

import java.util.List;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.image.Augmentation;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.audio.ClapBuilder;
import org.openclip.hub.audio.SoundFiles;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.command.data.FormatFlags;
import org.openclip.train.command.data.Pictures;
import org.openclip.train.command.data.Sounds;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.command.flag.KindFlags;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.command.flag.LoraFlags;
import org.openclip.train.command.flag.ModelFlags;
import org.openclip.train.command.flag.NaFlexFlags;
import org.openclip.train.command.flag.SoundFlags;
import org.openclip.train.command.run.ObjectiveFlags;
import org.openclip.train.command.run.TrainedImages;
import org.openclip.train.command.run.TrainedSounds;
import org.openclip.train.naflex.NaFlexPlan;

/** Finds out whether a call trains a model of images or of sounds, and checks the flags of it. */
record ModelPreparing(
    ModelFlags model,
    FormatFlags format,
    SoundFlags sound,
    NaFlexFlags naflex,
    ObjectiveFlags objective,
    LockFlags locks,
    LoraFlags lora) {
  /**
   * Returns the model.
   *
   * @param given the flags of the call
   * @throws UsageException when flags do not fit the model
   */
  PreparedModel prepare(GivenFlags given, Environment environment) {
    boolean ofSounds = model.ofSounds(environment);
    KindFlags.check(given, ofSounds, model.name);
    return ofSounds ? sounds(environment) : images(environment);
  }

  private PreparedModel images(Environment environment) {
    checkLengths();
    ModelBuilder builder = model.builder(environment);
    naflex.convert(builder);
    // An unknown model is said before a folder is made for it,
    Architecture architecture = builder.architecture();
    NaFlexPlan shapes = naflex.plan(model.name, architecture).orElse(null);
    // and so is what does not vary pictures, or adapts nothing.
    Augmentation variations = model.variations.augmentation(naflex.used());
    lora.of(
        List.of(architecture.imageGraph(), architecture.textGraph()),
        locks.locks(architecture).parameters());
    Pictures pictures = new Pictures(builder, variations, model.mostPixels, shapes);
    ModelBuilder teacher = model.teacher(environment).orElse(null);
    return new PreparedModel(
        new TrainedImages(builder, pictures, shapes, teacher, model.siglip),
        shapes,
        model.variations.notes(naflex.used()));
  }

  private PreparedModel sounds(Environment environment) {
    sound.check();
    format.readSounds(sound.endings());
    ClapBuilder builder = model.soundBuilder(environment);
    ClapArchitecture architecture = builder.architecture();
    NaFlexPlan lengths = null;
    if (architecture.audioEncoder() instanceof PatchAudioEncoder encoder) {
      naflex.imply();
      checkLengths();
      lengths = naflex.plan(encoder);
    } else {
      checkLengths();
      if (naflex.used()) {
        throw new UsageException(
            "--use-naflex is for towers of any length, but the audio tower of %s reads sounds of one length"
                .formatted(model.name));
      }
    }
    locks.locks(architecture);
    Sounds sounds =
        new Sounds(
            new SoundFiles(builder.registry()),
            architecture.audioEncoder(),
            sound.clips(),
            sound.multiple(),
            lengths,
            naflex.saysLengths());
    sounds.check(model.name, sound.fusion());
    return new PreparedModel(
        new TrainedSounds(builder, architecture, sounds), lengths, notes(architecture));
  }

  /** The reference loads these weights by another library, if it is there. */
  private List<String> notes(ClapArchitecture architecture) {
    boolean asked = Boolean.TRUE.equals(architecture.config().audio().get("pretrained"));
    return asked && !model.isPretrained()
        ? List.of(
            "audio_cfg.pretrained asks for OpenAI's Whisper weights, which are not loaded: without"
                + " --pretrained, the audio tower starts from random weights")
        : List.of();
  }

  private void checkLengths() {
    naflex.check();
    if (naflex.used()) {
      objective.checkSizes();
    }
  }
}
