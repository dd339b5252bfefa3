package org.openclip.train.benchmark;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.ModelBuilder;
import org.openclip.train.benchmark.data.BenchmarkData;
import org.openclip.train.benchmark.measurement.BenchmarkFeatures;

/**
 * A model that is loaded when it is first needed, with the features of the splits of the data set
 * that it saw last.
 */
final class EvalModel implements AutoCloseable {
  private final ModelBuilder builder;
  private final Map<String, BenchmarkFeatures> features = new HashMap<>();
  private String last = "";
  private @Nullable ClipModel model;

  EvalModel(ModelBuilder builder) {
    this.builder = builder;
  }

  ClipModel get() {
    ClipModel loaded = model;
    if (loaded == null) {
      loaded = builder.load();
      model = loaded;
    }
    return loaded;
  }

  /** Returns the features of a split, computed at most once until another data set comes. */
  BenchmarkFeatures features(
      BenchmarkData data, String split, Function<ClipModel, BenchmarkFeatures> compute) {
    if (!last.equals(data.location())) {
      features.clear();
      last = data.location();
    }
    BenchmarkFeatures known = features.get(split);
    if (known == null) {
      known = compute.apply(get());
      features.put(split, known);
    }
    return known;
  }

  @Override
  public void close() {
    if (model != null) {
      model.close();
    }
  }
}
