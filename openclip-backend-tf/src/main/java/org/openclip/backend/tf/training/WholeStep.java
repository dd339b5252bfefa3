package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.training.Optimizer;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.StepReport;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;

/** A step over a batch that comes in one part: one run does it all. */
final class WholeStep {
  private final NativeSession session;
  private final StepGraph step;
  private final Scalars scalars;
  private final List<String> names;
  private final Map<String, Output> gradients;
  private final boolean bounded;
  private final NativeCall call;
  private @Nullable NativeCall gradientCall;

  /**
   * Makes ready.
   *
   * @param results the objective's scalars
   * @param means of them over all processes
   * @param norm the length of all gradients; null where it has no bound
   * @param ends what the step changes
   */
  WholeStep(
      NativeSession session,
      StepGraph step,
      Scalars scalars,
      Map<String, Output> results,
      Map<String, Output> means,
      Map<String, Output> gradients,
      @Nullable Output norm,
      List<Output> ends) {
    this.session = session;
    this.step = step;
    this.scalars = scalars;
    this.names = List.copyOf(results.keySet());
    this.gradients = gradients;
    List<Output> fetches = new ArrayList<>(means.values());
    fetches.addAll(results.values());
    this.bounded = norm != null;
    if (norm != null) {
      fetches.add(norm);
    }
    this.call = session.prepareTogether(feeds(), fetches, ends);
  }

  private List<Output> feeds() {
    List<Output> feeds = new ArrayList<>(step.inputs().values());
    feeds.addAll(scalars.feeds());
    return feeds;
  }

  StepReport run(Map<String, Tensor> inputs, StepOptions options, Optimizer optimizer) {
    List<NativeTensor> results = run(call, inputs, options, optimizer);
    try {
      return report(names, results, bounded);
    } finally {
      results.forEach(NativeTensor::close);
    }
  }

  /** Reads the means of scalars, this process' own, and the norm where there is a bound. */
  private static StepReport report(
      List<String> names, List<NativeTensor> results, boolean bounded) {
    Map<String, Double> means = new HashMap<>();
    Map<String, Double> own = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      means.put(names.get(i), (double) results.get(i).copy().toFloats()[0]);
      own.put(names.get(i), (double) results.get(names.size() + i).copy().toFloats()[0]);
    }
    double norm = bounded ? results.get(2 * names.size()).copy().toFloats()[0] : Double.NaN;
    return new StepReport(means, own, norm);
  }

  Map<String, Tensor> gradients(
      Map<String, Tensor> inputs, StepOptions options, Optimizer optimizer) {
    if (gradients.isEmpty()) {
      return Map.of();
    }
    NativeCall prepared = gradientCall;
    if (prepared == null) {
      prepared = session.prepareTogether(feeds(), List.copyOf(gradients.values()), List.of());
      gradientCall = prepared;
    }
    List<NativeTensor> results = run(prepared, inputs, options, optimizer);
    try {
      return TfTrainer.named(gradients.keySet(), results);
    } finally {
      results.forEach(NativeTensor::close);
    }
  }

  private List<NativeTensor> run(
      NativeCall prepared, Map<String, Tensor> inputs, StepOptions options, Optimizer optimizer) {
    List<NativeTensor> given = new ArrayList<>();
    try {
      for (String name : step.inputs().keySet()) {
        given.add(NativeTensor.of(Objects.requireNonNull(inputs.get(name))));
      }
      given.addAll(scalars.values(options, optimizer, 0));
      return prepared.run(given);
    } finally {
      given.forEach(NativeTensor::close);
    }
  }
}
