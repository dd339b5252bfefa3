package org.openclip.train.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.benchmark.data.BenchmarkData;
import org.openclip.train.benchmark.measurement.BenchmarkFeatures;
import org.openclip.train.evaluation.LinearProbe;

/**
 * The linear probe of one measurement. CLIP_benchmark descends by AdamW for some epochs; here the
 * same loss with a penalty of squares is brought to its minimum, so accuracies are those of a
 * classifier that is fitted to the end, and rate and epochs have nothing to do.
 */
record ProbeRun(EvalRun run, EvalModel model, Environment environment, RemoteFiles files) {
  private static final int FEW = 5;

  Map<String, Object> metrics() {
    EvalCall options = run.options();
    ProbePart train = part(Objects.requireNonNullElse(run.trainSplit(), "train"));
    ProbePart test = part(options.split);
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, train.labels().size()).boxed().toList());
    Collections.shuffle(order, new Random(options.seed));
    ProbePart validation = null;
    if (run.validationSplit() != null) {
      validation = part(run.validationSplit());
    } else if (run.validationShare() != null) {
      int held = (int) Math.round(run.validationShare() * order.size());
      if (held < 1 || held >= order.size()) {
        throw new InvalidInputException(
            "--val_proportion %s of %s pictures leaves the training or the validation part empty"
                .formatted(run.validationShare(), order.size()));
      }
      validation = train.of(order.subList(order.size() - held, order.size()));
      order = order.subList(0, order.size() - held);
    }
    ProbePart fitted = train.of(shots(train, order, options.shots));
    int classes = 1 + Collections.max(train.labels());
    List<String> names =
        IntStream.range(0, Math.max(classes, 1 + Collections.max(test.labels())))
            .mapToObj(Integer::toString)
            .toList();
    LinearProbe probe =
        validation == null
            ? LinearProbe.fit(fitted.labelled(names), options.seed)
            : LinearProbe.fit(
                fitted.labelled(names), validation.labelled(names), options.shots < 0);
    Map<String, Double> found = probe.metrics(test.labelled(names));
    Map<String, Object> metrics = new LinkedHashMap<>();
    metrics.put("lp_acc1", found.getOrDefault("top1", 0.0));
    metrics.put(
        "lp_acc5",
        Collections.max(test.labels()) >= FEW ? found.getOrDefault("top5", 0.0) : Double.NaN);
    metrics.put("lp_mean_per_class_recall", found.getOrDefault("mean_per_class_recall", 0.0));
    metrics.put("weight_decay", probe.penalty());
    metrics.put("epochs", options.ignored.epochs());
    metrics.put("seed", options.seed);
    metrics.put("fewshot_k", options.shots);
    metrics.put("normalized", true);
    return metrics;
  }

  /** Returns the first pictures of each class in an order; all without a number of shots. */
  private static List<Integer> shots(ProbePart train, List<Integer> order, int shots) {
    if (shots < 0) {
      return order;
    }
    Map<Integer, Integer> counts = new LinkedHashMap<>();
    List<Integer> chosen = new ArrayList<>();
    for (int i : order) {
      if (counts.merge(train.labels().get(i), 1, Integer::sum) <= shots) {
        chosen.add(i);
      }
    }
    counts.forEach(
        (label, count) -> {
          if (count < shots) {
            throw new InvalidInputException(
                "--fewshot_k is %s, but class %s has %s pictures".formatted(shots, label, count));
          }
        });
    return chosen;
  }

  private ProbePart part(String split) {
    BenchmarkData data = run.open(split, files);
    if (data.kind() != BenchmarkData.Kind.CLASSIFICATION) {
      throw new InvalidInputException(
          "a linear probe needs one class for each picture, but %s has %s"
              .formatted(
                  data.location(),
                  data.kind() == BenchmarkData.Kind.RETRIEVAL ? "captions" : "several"));
    }
    KeptFeatures kept = KeptFeatures.of(run, data, split);
    Optional<ProbePart> known = kept.read(environment.plugins());
    if (known.isPresent()) {
      run.options().say(environment, "features of " + split + " are read from " + kept.file());
      return known.get();
    }
    BenchmarkFeatures features = run.features(model, data, split, environment, files);
    ProbePart part = new ProbePart(features.images().normalised(), features.labels());
    kept.write(part);
    return part;
  }
}
