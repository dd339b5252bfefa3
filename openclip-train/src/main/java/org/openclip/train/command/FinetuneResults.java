package org.openclip.train.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.command.data.LabelledData;
import org.openclip.train.command.data.LeftOut;
import org.openclip.train.command.run.FineTuning;
import org.openclip.train.data.Faults;
import org.openclip.train.evaluation.ClassifierHead;
import org.openclip.train.evaluation.DecodedSamples;
import org.openclip.train.evaluation.LabelledFeatures;
import org.openclip.train.evaluation.ZeroShot;
import org.openclip.train.run.MixedWeights;

/** Evaluates and writes the mixtures of a model and its fine-tuned weights. */
final class FinetuneResults {
  /** The batch size of the evaluation. */
  private static final int CHUNK = 256;

  private final Environment environment;
  private final ModelBuilder builder;
  private final Weights start;
  private final ClassifierHead zeroShot;
  private final FineTuning.Tuned tuned;
  private boolean said;

  FinetuneResults(
      Environment environment,
      ModelBuilder builder,
      Weights start,
      ClassifierHead zeroShot,
      FineTuning.Tuned tuned) {
    this.environment = environment;
    this.builder = builder;
    this.start = start;
    this.zeroShot = zeroShot;
    this.tuned = tuned;
  }

  /**
   * Evaluates each share, and returns the first of the best ones.
   *
   * @param shares shares of the fine-tuned weights, from 0 to 1
   * @param judged validation images; null for no evaluation
   * @param json whether metrics are printed as JSON
   */
  double report(List<Double> shares, @Nullable LabelledData judged, boolean json) {
    double best = shares.get(0);
    double most = -1;
    if (judged == null) {
      return best;
    }
    for (double share : shares) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("alpha", share);
      metrics.putAll(judge(share, judged));
      print(metrics, json);
      double top1 = metrics.getOrDefault("top1", 0.0);
      if (top1 > most) {
        most = top1;
        best = share;
      }
    }
    return best;
  }

  private void print(Map<String, Double> metrics, boolean json) {
    if (json) {
      JsonLines.print(environment.out(), metrics);
    } else {
      StringBuilder line = new StringBuilder();
      metrics.forEach(
          (name, value) -> line.append(String.format(Locale.ROOT, "%s %.4f  ", name, value)));
      environment.out().println(line.toString().strip());
    }
    environment.out().flush();
  }

  private Map<String, Double> judge(double share, LabelledData judged) {
    ClassifierHead head = head(share);
    Faults faults = new Faults();
    int classes = judged.classes().size();
    try (ClipModel mixed = builder.weights(weights(share)).load();
        DecodedSamples samples =
            new DecodedSamples(
                judged.dataset(),
                new PictureFiles(environment.plugins()),
                CHUNK,
                faults,
                caption -> ZeroShot.label(caption, classes))) {
      LabelledFeatures features =
          LabelledFeatures.of(mixed, judged.classes(), samples, count -> {});
      if (!said) {
        LeftOut.say(environment, faults);
        said = true;
      }
      return head.metrics(features.among(head.classes()));
    }
  }

  private Weights weights(double share) {
    return new MixedWeights(start, tuned.weights(), share);
  }

  private ClassifierHead head(double share) {
    float[] rows = zeroShot.rows().toArray();
    float[] end = tuned.head().rows().toArray();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) ((1 - share) * rows[i] + share * end[i]);
    }
    return new ClassifierHead(zeroShot.classes(), Embeddings.of(zeroShot.rows().width(), rows));
  }

  void write(double share, Path output) {
    builder.weights(weights(share)).save(output);
    head(share).write(output.resolve(ClassifierHead.FILE));
    environment
        .err()
        .println(
            "wrote the model of alpha %s to %s and its classifier to %s"
                .formatted(share, output, ClassifierHead.FILE));
  }
}
