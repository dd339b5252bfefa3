package org.openclip.train.plan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.testkit.ProcessMemory;

/**
 * Steps of a tiny model with features of width 512, some with the loss in tiles: a process whose
 * memory is measured. For each step it writes the number of tiles, the loss, the seconds, and the
 * bytes by which the most memory grew.
 */
final class TiledStep {
  private static final String CONFIG =
      """
      {"embed_dim": 512,
        "vision_cfg": {"image_size": 4, "layers": 1, "width": 8, "head_width": 8, "patch_size": 4},
        "text_cfg": {"context_length": 2, "vocab_size": 99, "width": 8, "heads": 1, "layers": 1}}
      """;

  private TiledStep() {}

  /** Takes the batch, how often each step is made, and numbers of tiles. */
  public static void main(String[] arguments) throws IOException {
    int batch = Integer.parseInt(arguments[0]);
    int times = Integer.parseInt(arguments[1]);
    TinyTraining training = new TinyTraining(CONFIG);
    Map<String, Tensor> data = data(batch);
    List<Trainer> trainers = new ArrayList<>();
    try (Backend backend = training.open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1));
        Weights weights = training.weights()) {
      for (int i = 2; i < arguments.length; i++) {
        int tiles = Integer.parseInt(arguments[i]);
        TrainingPlan.Tiling tiling =
            tiles == 1
                ? null
                : training.graphs.tiling(
                    training.architecture, training.loss, 0, Gathering.ALONE, tiles);
        trainers.add(backend.train(training.plan(tiling), weights));
      }
      for (int time = 0; time < times; time++) {
        for (int i = 2; i < arguments.length; i++) {
          long before = ProcessMemory.bytes("VmHWM");
          long begun = System.nanoTime();
          double value = trainers.get(i - 2).step(List.of(data), new StepOptions(1, 0, 0)).loss();
          System.out.printf(
              Locale.ROOT,
              "%s %.9f %.4f %d%n",
              arguments[i],
              value,
              (System.nanoTime() - begun) / 1e9,
              ProcessMemory.bytes("VmHWM") - before);
        }
      }
      trainers.forEach(Trainer::close);
    }
  }

  private static Map<String, Tensor> data(int batch) {
    Random random = new Random(7);
    float[] pixels = new float[batch * 48];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    long[] tokens = new long[batch * 2];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = 1L + random.nextInt(97);
    }
    return Map.of(
        Architecture.PIXELS,
        Tensor.of(pixels, batch, 3, 4, 4),
        Architecture.TOKENS,
        Tensor.of(tokens, batch, 2));
  }
}
