package org.openclip.train.plan;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.World;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;

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
    PluginRegistry plugins = PluginRegistry.create();
    Architecture architecture =
        Architecture.of(
            ModelConfig.of(JsonObjects.parse("config", 0, CONFIG.getBytes(StandardCharsets.UTF_8))),
            plugins);
    LossProvider loss = plugins.named(LossProvider.class, "clip");
    TrainingGraphs graphs = TrainingGraphs.of(architecture, loss, Map.of(), 0);
    TrainingPlan plan =
        new TrainingPlan(
            graphs.towers(),
            graphs.objective(),
            new AdamW(0.9, 0.98, 1e-6),
            DecayGroups.rules(architecture.parameters(), 0.1, name -> false),
            Set.of(),
            Map.of(),
            Double.POSITIVE_INFINITY,
            false,
            TrainingPlan.Sharing.PLAIN,
            null);
    BackendOptions options = new BackendOptions(Device.CPU, Precision.FLOAT32, 1, world(processes));
    try (Backend backend =
            plugins
                .first(BackendProvider.class, BackendProvider::trains)
                .orElseThrow()
                .open(options);
        Weights weights = FreshWeights.hash(architecture).toWeights()) {
      for (int i = 0; i < count; i++) {
        long before = memory();
        Trainer trainer = backend.train(plan, weights);
        long open = memory();
        trainer.close();
        System.out.println(before + " " + open + " " + memory());
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

  /** Returns the memory that this process takes now. */
  private static long memory() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }
}
