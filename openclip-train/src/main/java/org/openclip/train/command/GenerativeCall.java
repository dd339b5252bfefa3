package org.openclip.train.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.audio.SoundFiles;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.train.command.data.CaptionedPictures;
import org.openclip.train.command.data.CaptionedSounds;
import org.openclip.train.command.data.DataFlags;
import org.openclip.train.command.data.FirstSample;
import org.openclip.train.command.data.Preparations;
import org.openclip.train.command.data.ValidationFlags;
import org.openclip.train.command.distributed.Together;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.command.flag.GenerativeFlags;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.command.flag.NaFlexFlags;
import org.openclip.train.command.flag.SoundFlags;
import org.openclip.train.command.run.EpochBatches;
import org.openclip.train.command.run.GenerativeTrainer;
import org.openclip.train.command.run.RunFlags;
import org.openclip.train.command.run.RunPlace;
import org.openclip.train.command.run.Saver;
import org.openclip.train.command.run.TrainingRun;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Preparation;
import org.openclip.train.generative.CaptionGraphs;
import org.openclip.train.generative.CaptionValidation;
import org.openclip.train.generative.PackedTexts;
import org.openclip.train.naflex.LossFactor;
import org.openclip.train.naflex.LossScale;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.run.ModelPreparation.Captions;
import org.openclip.train.run.Progress;
import org.openclip.train.run.TrainingLoop;
import org.openclip.train.run.Validation;

/** The training of a generative model (GenLIP, GenLAP) by {@code openclip train}. */
final class GenerativeCall {
  private final Flags flags;
  private final GenerativeBuilder builder;
  private final GenerativeArchitecture architecture;
  private final Tokenizer tokenizer;
  private final NaFlexPlan plan;
  private final CaptionGraphs graphs;
  private final Preparations samples;
  private final @Nullable Dataset dataset;

  /**
   * The flags that say how.
   *
   * @param trainer those of the trainer
   * @param effective all flags
   */
  record Flags(
      GenerativeTrainer.Flags trainer,
      DataFlags data,
      SoundFlags sound,
      NaFlexFlags naflex,
      ValidationFlags validation,
      GivenFlags given,
      EffectiveFlags effective) {
    RunFlags run() {
      return trainer.run();
    }

    Together together() {
      return trainer.together();
    }

    String model() {
      return trainer.model().name;
    }
  }

  /**
   * Checks what is asked for.
   *
   * @param dataset of the training; null when the model is only measured
   */
  GenerativeCall(Flags flags, GenerativeBuilder builder, @Nullable Dataset dataset) {
    this.flags = flags;
    this.builder = builder;
    this.dataset = dataset;
    this.architecture = builder.find().orElseThrow();
    GenerativeFlags.check(flags.model(), flags.effective());
    this.tokenizer = tokenizer();
    GenerativeEncoder.Prefix prefix = architecture.encoder().prefix();
    this.plan = flags.naflex().plan(flags.model(), prefix, tokenizer.contextLength());
    this.graphs = CaptionGraphs.of(architecture, tokenizer.padId(), plan.scale() != LossScale.NONE);
    this.samples =
        switch (prefix) {
          case GenerativeEncoder.Images images ->
              CaptionedPictures.of(
                  builder,
                  architecture,
                  flags.trainer().model().variations.augmentation(true),
                  plan,
                  flags.trainer().model().mostPixels);
          case GenerativeEncoder.Sounds sounds ->
              new CaptionedSounds(
                  new SoundFiles(builder.plugins()),
                  sounds.patcher(),
                  plan,
                  flags.sound().multiple());
        };
  }

  /** Returns whether a generative model reads sounds rather than images. */
  static boolean readsSounds(GenerativeBuilder builder) {
    return builder
        .find()
        .filter(model -> model.encoder().prefix() instanceof GenerativeEncoder.Sounds)
        .isPresent();
  }

  /** Returns the tokenizer, which cuts captions to the length that is asked for. */
  private Tokenizer tokenizer() {
    Tokenizer own = builder.tokenizer();
    return own.withContextLength(flags.naflex().captionLength().orElse(own.contextLength()));
  }

  int run(Environment environment, List<String> notes) {
    List<String> said = new ArrayList<>(notes);
    RunFlags running = flags.run();
    EpochBatches planned =
        dataset == null
            ? null
            : EpochBatches.of(
                running,
                1,
                flags.data(),
                dataset,
                flags.together().size(),
                plan,
                flags.naflex().tokensInEpoch());
    RunPlace place =
        RunPlace.of(
            flags.together(),
            running,
            flags.model(),
            flags.trainer().computing().precision,
            said::add);
    Checkpoint resumed = place.resumed();
    long steps = planned == null ? 0 : planned.steps();
    EffectiveFlags trained = GivenFlags.trained(flags.effective(), flags.model());
    if (resumed != null && planned != null) {
      running.checkSame(resumed, trained);
      steps = running.resumeChanged() ? steps : Saver.steps(resumed, steps);
    }
    if (flags.together().writes()) {
      running.params(place.folder(), flags.given(), said::add);
    }
    return TrainingRun.execute(
        environment,
        running,
        place.folder(),
        new TrainingRun.Length(steps),
        flags.together().writes(),
        run -> {
          said.forEach(run::say);
          if (samples instanceof CaptionedPictures) {
            flags.trainer().model().variations.notes(true).forEach(run::say);
          }
          flags.together().notes(resumed).forEach(run::say);
          work(run, planned, resumed, trained);
          return 0;
        });
  }

  private void work(
      TrainingRun run,
      @Nullable EpochBatches planned,
      @Nullable Checkpoint resumed,
      EffectiveFlags trained) {
    Captions captions = Captions.of(tokenizer);
    Preparation varied = samples.varied(captions);
    Validation.Source source =
        flags
            .validation()
            .captioned(flags.data())
            .map(captioned -> new Validation.Source(captioned, samples.plain(captions)))
            .orElse(null);
    flags.data().notes().forEach(run::say);
    if (dataset != null) {
      FirstSample.find(flags.data().trainingName(), dataset, varied, run.stop());
    }
    if (source != null) {
      FirstSample.find("--val-data", source.dataset(), source.preparation(), run.stop());
    }
    try (GenerativeTrainer trainer =
        new GenerativeTrainer(flags.trainer(), builder, architecture, graphs, resumed)) {
      flags.trainer().computing().note().ifPresent(run::say);
      Progress start = resumed == null ? Progress.START : resumed.progress();
      Measurement measurement = new Measurement(run, trainer, source);
      if (dataset == null || planned == null) {
        measurement.at(start.epoch());
        return;
      }
      String note =
          samples instanceof CaptionedPictures ? planned.note(plan) : planned.soundNote(plan);
      if (note != null) {
        run.say(note);
      }
      run.say("captions of up to %s tokens".formatted(tokenizer.contextLength()));
      Saver saver =
          new Saver(
              run.folder(),
              trainer::write,
              trainer.trainer(),
              Saver.options(trained, run.length().stepsInEpoch()),
              flags.run(),
              resumed,
              flags.together().writes());
      run.reporter()
          .atEpochs(
              progress -> {
                if (flags.together().saves()) {
                  saver.epoch(progress);
                }
                if (flags.validation().due(progress.epoch(), flags.run().epochs)) {
                  measurement.at(progress.epoch());
                }
              });
      TrainingLoop loop =
          new TrainingLoop(
              new PackedTexts(tokenizer.padId()),
              trainer.trainer(),
              dataset,
              varied,
              flags.trainer().optimizer().schedule(flags.run().epochs, run.length().stepsInEpoch()),
              flags.run().loop(planned.schedule(), 1, run.length().stepsInEpoch()),
              plan.scale() == LossScale.NONE
                  ? TrainingLoop.Extras.NONE
                  : new LossFactor(plan.scale(), flags.run().batchSize),
              trainer.ranks());
      run.train("train", flags.model(), loop, start, flags.together().saves() ? saver : null);
    }
  }

  /** The validation of the model between two steps. */
  private final class Measurement {
    private final TrainingRun run;
    private final GenerativeTrainer trainer;
    private final Validation.@Nullable Source source;

    Measurement(TrainingRun run, GenerativeTrainer trainer, Validation.@Nullable Source source) {
      this.run = run;
      this.trainer = trainer;
      this.source = source;
    }

    /**
     * Measures, if there is something to measure by.
     *
     * @param epoch how many epochs the model was trained for
     */
    void at(int epoch) {
      if (source == null) {
        return;
      }
      run.say("epoch " + epoch + ": validating");
      new CaptionValidation(
              trainer.trainer(),
              graphs,
              new PackedTexts(tokenizer.padId()),
              source,
              new Validation.Settings(
                  flags.run().epochs, flags.run().batchSize, flags.run().threads()),
              trainer.ranks())
          .run(run.stop())
          .filter(metrics -> flags.together().writes())
          .ifPresent(metrics -> run.reporter().results(epoch, metrics));
    }
  }
}
