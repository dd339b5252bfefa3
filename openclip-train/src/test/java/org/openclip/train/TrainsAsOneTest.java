package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.testkit.Fixtures;

/** Fifty steps of several processes, beside those of one over the batch of all. */
@Tag("full")
@Tag("once")
class TrainsAsOneTest {
  private static final int ROWS = 12;
  private static final int STEPS = 50;
  private static final GoldenRanks RANKS = new GoldenRanks();

  /** What one process made of each run. */
  private static final Map<String, Map<String, Object>> ALONE = new HashMap<>();

  @TempDir static Path folder;

  @AfterAll
  static void end() throws InterruptedException {
    RANKS.close();
  }

  /** Base, processes, parts of a process' batch, and flags that are set. */
  @ParameterizedTest
  @CsvSource({
    "distributed/dist2-clip-local-grad, 2, 1, ''",
    "distributed/dist2-clip-local-grad, 3, 1, fsdp",
    "distributed/dist2-clip-local-grad, 4, 1, ''",
    "distributed/dist2-clip-local-grad, 2, 3, ''",
    "distributed/dist2-clip-local-grad, 2, 1, tiles",
    "distributed/dist2-siglip-bidir, 3, 2, tiles fsdp",
    "distributed/dist2-clip-grad, 2, 1, ''",
    "distributed/dist2-clip-grad, 3, 2, fsdp",
    "training/clip-vit-clipped, 4, 1, fsdp",
    "training/clip-vit-clipped, 2, 2, ''",
    "distributed/dist2-siglip-bidir, 2, 1, ''",
    "distributed/dist2-siglip-shift, 3, 1, fsdp",
    "distributed/dist2-siglip-reduce, 2, 2, ''",
    "distributed/dist2-siglip-gather, 4, 1, ''",
    "distributed/dist2-coca-local-grad, 2, 1, ''",
    "distributed/dist2-coca-local-grad, 3, 1, fsdp",
    "distributed/dist2-distill-local-grad, 2, 1, ''",
    "distributed/dist2-distill-local-grad, 4, 1, ''",
    "training/clip-convnext, 2, 1, ''",
    "training/clip-roberta, 3, 1, ''",
    "distributed/dist2-clip-local-grad, 2, 1, narrow",
    "distributed/dist2-siglip-shift, 2, 1, narrow",
    "distributed/dist2-clip-local-grad, 3, 1, narrow narrow_gradients fsdp",
    "training/clip-resnet, 2, 1, use_bn_sync",
    "training/clip-resnet, 3, 1, use_bn_sync fsdp",
  })
  void severalProcessesTrainAsOne(String base, int world, int parts, String flags)
      throws Exception {
    boolean narrow = flags.contains("narrow");
    GoldenRun alone = run(base, 1, 1, narrow ? "narrow" : "");
    GoldenRun together = run(base, world, parts, flags);

    Map<String, Object> one = ALONE.get(alone.name());
    if (one == null) {
      one = RANKS.make(alone, folder).get(0);
      ALONE.put(alone.name(), one);
    }
    List<Map<String, Object>> several = RANKS.make(together, folder);

    double tolerance = narrow ? 0.01 : 1e-5;
    for (Map<String, Object> rank : several) {
      assertThat(rank).doesNotContainKey("error");
      for (int step = 0; step < STEPS; step++) {
        double expected = loss(one, step);
        assertThat(loss(rank, step))
            .as("step %d", step + 1)
            .isCloseTo(expected, within(tolerance * Math.abs(expected)));
      }
      if (!narrow) {
        assertClose(rank.get("gradients"), one.get("gradients"));
      }
      // An operation that waits no longer than so long must not leave a thread that does.
      assertThat((Integer) rank.get("threads_last"))
          .isLessThan((Integer) rank.get("threads_first") + 100);
    }
    Map<?, ?> state = (Map<?, ?>) Objects.requireNonNull(several.get(0).get("state"));
    assertThat(state.keySet()).isEqualTo(((Map<?, ?>) one.get("state")).keySet());
    for (Map<String, Object> rank : several.subList(1, several.size())) {
      assertThat(rank.get("final")).isEqualTo(several.get(0).get("final"));
      if (flags.contains("fsdp")) {
        assertThat((Map<?, ?>) rank.get("state")).isEmpty();
      } else {
        assertThat(rank.get("state")).isEqualTo(state);
      }
    }
    if (flags.contains("fsdp")) {
      List<Map<String, Object>> whole =
          RANKS.make(run(base, world, parts, flags.replace("fsdp", "").strip()), folder);
      assertThat(several.get(0).get("steps")).isEqualTo(whole.get(0).get("steps"));
      assertThat(several.get(0).get("final")).isEqualTo(whole.get(0).get("final"));
      assertThat(state).isEqualTo(whole.get(0).get("state"));
    }
  }

  private static void assertClose(Object actual, Object expected) {
    Map<?, ?> gradients = (Map<?, ?>) expected;
    double largest = gradients.values().stream().mapToDouble(v -> (Double) v).max().orElseThrow();
    ((Map<?, ?>) Objects.requireNonNull(actual))
        .forEach(
            (name, length) -> {
              double one = (Double) gradients.get(name);
              assertThat((Double) length)
                  .as("gradient of %s", name)
                  .isCloseTo(one, within(1e-5 * one + 1e-6 * largest));
            });
  }

  private static double loss(Map<String, Object> rank, int step) {
    Map<?, ?> made = (Map<?, ?>) ((List<?>) Objects.requireNonNull(rank.get("steps"))).get(step);
    return (Double) ((Map<?, ?>) made.get("losses")).get("loss");
  }

  /** Writes a run of many steps with a known model. */
  private static GoldenRun run(String base, int world, int parts, String flags) throws IOException {
    byte[] golden = Files.readAllBytes(Fixtures.path(base + ".json"));
    Map<String, Object> json = new LinkedHashMap<>(JSON.std.mapFrom(golden));
    String name = "as-one-" + base.replace('/', '-') + (flags.contains("narrow") ? "-narrow" : "");
    json.put("name", name);
    Map<String, Object> how = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(json.get("case")))
        .forEach((k, v) -> how.put((String) k, v));
    how.put("world", world);
    how.put("accum_freq", parts);
    for (String flag : flags.split(" ", -1)) {
      how.put(flag, true);
    }
    how.putIfAbsent("local_loss", true);
    how.put("gather_with_grad", true);
    json.put("case", how);
    List<Object> shape = new ArrayList<>((List<?>) json.get("image_shape"));
    shape.set(0, ROWS);
    json.put("image_shape", shape);
    Map<?, ?> first = (Map<?, ?>) ((List<?>) json.get("steps")).get(0);
    List<?> tokens = (List<?>) ((List<?>) first.get("tokens")).get(0);
    Random random = new Random(2);
    List<Object> steps = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      Map<String, Object> made = new LinkedHashMap<>();
      // Batch norms over few pictures amplify what differs in the last digit.
      made.put("lr", base.contains("resnet") ? 1e-6 : 1e-4);
      made.put("tokens", texts(tokens, random));
      made.put("losses", Map.of());
      made.put("logit_scale", 0);
      steps.add(made);
    }
    json.put("steps", steps);
    Path file =
        folder.resolve(
            String.format(
                Locale.ROOT, "%s-%d-%d-%s.run", name, world, parts, flags.replace(' ', '-')));
    Files.writeString(file, JSON.std.asString(json));
    return GoldenRun.read(file);
  }

  /** Returns texts of one length, so that the mean over their tokens is that of the means. */
  private static List<Object> texts(List<?> like, Random random) {
    int last = like.size() - 1;
    while (((Number) like.get(last)).intValue() == 0) {
      last--;
    }
    List<Object> texts = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      List<Object> text = new ArrayList<>(like);
      for (int i = 1; i < last; i++) {
        text.set(i, 1 + random.nextInt(40));
      }
      texts.add(text);
    }
    return texts;
  }
}
