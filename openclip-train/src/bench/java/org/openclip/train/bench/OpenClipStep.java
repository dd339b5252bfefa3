package org.openclip.train.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;

/** The training by the interface that the command {@code train} uses. */
final class OpenClipStep implements Step {
  private final Backend backend;
  private final Trainer trainer;
  private final Map<String, Tensor> batch;
  private long step;

  OpenClipStep(Clip63 model, Precision precision, int batchSize, int threads) {
    backend =
        model
            .plugins()
            .first(BackendProvider.class, BackendProvider::trains)
            .orElseThrow()
            .open(new BackendOptions(Device.CPU, precision, threads));
    try (Weights weights = model.weights()) {
      trainer = backend.train(model.plan(), weights);
    }
    batch = Clip63.batch(batchSize);
  }

  @Override
  public double run() {
    step++;
    return trainer.step(List.of(batch), new StepOptions(step, Clip63.RATE, 0)).loss();
  }

  @Override
  public Map<String, Double> gradients() {
    Map<String, Double> lengths = new TreeMap<>();
    trainer
        .gradients(List.of(batch), new StepOptions(step + 1, Clip63.RATE, 0))
        .forEach((name, gradient) -> lengths.put(name, Lengths.of(gradient.toFloats())));
    return lengths;
  }

  @Override
  public void close() {
    trainer.close();
    backend.close();
  }
}
