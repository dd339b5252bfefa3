package org.openclip.train.naflex;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.PatchResampling;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.ResizeFilter;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.ImagePreprocessorProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Sample;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.Progress;
import org.openclip.train.run.Schedule;
import org.openclip.train.run.TrainingLoop;

/** A training that is stopped within an epoch ends with the numbers of one that is not. */
class NaFlexResumeTest {
  private static final int SAMPLES = 40;
  private static final int EPOCHS = 2;
  private static final TokenBudget BUDGET = TokenBudget.of(List.of(4, 6, 9), List.of(), 36, 2);
  private static final PatchSizes SIZES =
      PatchSizes.of(
          4,
          List.of(4, 6, 3),
          List.of(),
          pixels -> new PatchResampling(pixels, 4, ResizeFilter.BICUBIC));
  private static final NaFlexSchedule SCHEDULE =
      NaFlexSchedule.ofSamples(BUDGET, SAMPLES, 5).with(SIZES);
  private static final long STEPS = SCHEDULE.batches(1);

  private final PluginRegistry plugins = PluginRegistry.create();
  private final Architecture architecture =
      Architecture.of(
          ModelConfig.of(
              Map.of(
                  "embed_dim",
                  6,
                  "vision_cfg",
                  Map.of(
                      "image_size",
                      12,
                      "timm_model_name",
                      "naflexvit_base_patch16_gap",
                      "timm_pool",
                      "avg",
                      "timm_model_kwargs",
                      Map.of("embed_dim", 8, "depth", 1, "num_heads", 2, "patch_size", 4)),
                  "text_cfg",
                  Map.of(
                      "context_length", 4, "vocab_size", 9, "width", 8, "heads", 2, "layers", 1))),
          plugins);
  private final TrainingGraphs graphs =
      TrainingGraphs.of(architecture, plugins.named(LossProvider.class, "clip"), Map.of(), 0)
          .onPatches(architecture);
  private final TrainingPlan plan =
      TrainingPlan.of(
          graphs.towers(),
          graphs.objective(),
          new AdamW(0.9, 0.98, 1e-6),
          DecayGroups.rules(architecture.parameters(), 0.1, name -> false));

  /** Every ninth picture is damaged. */
  private static ListedDataset dataset() throws IOException {
    Random random = new Random(3);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      int width = 4 + random.nextInt(40);
      int height = 4 + random.nextInt(40);
      BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < width * height; p++) {
        picture.setRGB(p % width, p / width, random.nextInt());
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(picture, "png", bytes);
      byte[] file = i % 9 == 8 ? new byte[5] : bytes.toByteArray();
      samples.add(new Sample("number " + i, Sample.Picture.of(file), Integer.toString(i)));
    }
    return new ListedDataset(samples, true);
  }

  private TrainingLoop loop(Trainer trainer, int workers) throws IOException {
    ImagePreprocessorProvider images =
        plugins.first(ImagePreprocessorProvider.class, p -> true).orElseThrow();
    PatchImages input =
        new PatchImages(
            images.augmenter(
                PreprocessConfig.DEFAULT.withSize(12, 12),
                Augmentation.of(Map.of("use_timm", true, "scale", List.of(0.3, 1)))),
            SIZES,
            SIZES.evaluation(),
            BUDGET.longest(),
            BUDGET.longest());
    ModelPreparation preparation =
        new ModelPreparation(
            new PictureFiles(plugins),
            input,
            caption -> new long[] {1, Integer.parseInt(caption) % 7, 3, 8},
            0);
    return new TrainingLoop(
        architecture,
        trainer,
        dataset(),
        preparation,
        Schedule.cosine(1e-2, 2, EPOCHS * STEPS),
        new TrainingLoop.Settings(5, SCHEDULE, 1, EPOCHS, STEPS, workers));
  }

  /** Takes note of what each step trained on and told. */
  private record Notes(List<String> steps) implements TrainingLoop.Listener {
    @Override
    public void step(
        Progress progress,
        long samples,
        StepReport report,
        double rate,
        double dataSeconds,
        double stepSeconds) {
      steps.add(progress.step() + ": " + samples + " samples, loss " + report.loss());
    }

    @Override
    public void epoch(Progress progress) {
      steps.add("epoch");
    }
  }

  @Test
  void aTrainingThatIsStoppedGoesOnAtTheNextSampleOfTheNextBatch() throws IOException {
    BackendProvider provider =
        plugins.first(BackendProvider.class, BackendProvider::trains).orElseThrow();
    try (Backend backend = provider.open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1));
        Weights start = FreshWeights.hash(architecture).toWeights();
        Trainer whole = backend.train(plan, start);
        Trainer begun = backend.train(plan, start)) {
      Notes expected = new Notes(new ArrayList<>());
      Progress end = loop(whole, 1).run(Progress.START, expected, () -> false);
      assertThat(end.step()).isEqualTo(EPOCHS * STEPS);

      // when one is stopped in the middle of the second epoch
      Notes actual = new Notes(new ArrayList<>());
      long stop = STEPS + STEPS / 2;
      Progress stopped =
          loop(begun, 2).run(Progress.START, actual, () -> actual.steps().size() > stop);
      assertThat(stopped.step()).isEqualTo(stop);
      assertThat(stopped.position()).isPositive();

      // and goes on in another process
      try (Trainer resumed = backend.train(plan, begun.weights())) {
        resumed.restoreOptimizer(begun.optimizerState());
        loop(resumed, 3).run(stopped, actual, () -> false);

        assertThat(actual.steps()).isEqualTo(expected.steps());
        Weights ours = resumed.weights();
        Weights theirs = whole.weights();
        for (String name : theirs.names()) {
          assertThat(ours.get(name).toFloats()).as(name).isEqualTo(theirs.get(name).toFloats());
        }
      }
    }
  }
}
