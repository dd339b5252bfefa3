package org.openclip.train.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.OpenClip;
import org.openclip.train.benchmark.data.BenchmarkData;
import org.openclip.train.benchmark.measurement.BenchmarkFeatures;

/** What a model keeps while it is evaluated on many data sets. */
class EvalModelTest {
  private int computed;

  private static BenchmarkData data(String location) {
    return new BenchmarkData(
        location, BenchmarkData.Kind.CLASSIFICATION, List.of(), Optional.empty(), Optional.empty());
  }

  private void use(EvalModel model, String location, String split) {
    BenchmarkData data = data(location);
    model.features(
        data,
        split,
        loaded -> {
          computed++;
          return new BenchmarkFeatures(
              data, Embeddings.of(1, new float[1]), List.of(0), List.of(), List.of());
        });
  }

  @Test
  void featuresAreThoseOfOneDataSetAtATime() {
    try (EvalModel model = new EvalModel(OpenClip.model("emoji-RN").pretrained("embedded"))) {
      use(model, "one", "train");
      use(model, "one", "test");
      use(model, "one", "train");
      assertThat(computed).isEqualTo(2);
      use(model, "two", "train");
      use(model, "one", "train");
      assertThat(computed).isEqualTo(4);
    }
  }
}
