package org.openclip.train.plan;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.World;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.testkit.ProcessMemory;

/**
 * Trainers that are opened and closed, one after the other: a process whose memory is measured. For
 * each it writes the bytes that the process takes before, with it, and after it.
 */
final class ClosedTrainers {
  private static final String CONFIG =
      """
      {"embed_dim": 8,
        "vision_cfg": {"image_size": 4, "layers": 1, "width": 8, "head_width": 8, "patch_size": 4},
        "text_cfg": {"context_length": 2, "vocab_size": 30000, "width": 256, "heads": 1,
          "layers": 1}}
      """;

  private ClosedTrainers() {}

  /** Takes how many trainers there are, and the number of processes that they are told of. */
  public static void main(String[] arguments) throws IOException {
    int count = Integer.parseInt(arguments[0]);
    int processes = Integer.parseInt(arguments[1]);
    TinyTraining training = new TinyTraining(CONFIG);
    BackendOptions options = new BackendOptions(Device.CPU, Precision.FLOAT32, 1, world(processes));
    try (Backend backend = training.open(options);
        Weights weights = training.weights()) {
      for (int i = 0; i < count; i++) {
        long before = ProcessMemory.bytes("VmRSS");
        Trainer trainer = backend.train(training.plan(null), weights);
        long open = ProcessMemory.bytes("VmRSS");
        trainer.close();
        System.out.println(before + " " + open + " " + ProcessMemory.bytes("VmRSS"));
      }
    }
    // TensorFlow's server never ends by itself.
    Runtime.getRuntime().halt(0);
  }

  /** Returns a world of which this process is the first, and whose others never come. */
  private static World world(int processes) throws IOException {
    if (processes == 1) {
      return World.ALONE;
    }
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      return new World(
          0,
          List.of("127.0.0.1:" + one.getLocalPort(), "127.0.0.1:" + other.getLocalPort()),
          Duration.ofSeconds(60));
    }
  }
}
