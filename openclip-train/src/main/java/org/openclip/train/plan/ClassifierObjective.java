package org.openclip.train.plan;

import java.util.Objects;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.training.TrainingPlan;

/**
 * The training objective of a classifier: a linear head on normalised image features, and the
 * cross-entropy loss.
 */
public final class ClassifierObjective {
  /** The name of the head's parameter, {@code float[classes, embedDim]}. */
  public static final String HEAD = "classification_head.weight";

  /**
   * The name of the numbers of the right classes, {@code int64[batch, 1]}: they come where captions
   * do.
   */
  public static final String LABELS = Architecture.TOKENS;

  private ClassifierObjective() {}

  /**
   * Writes the objective; its outputs are the loss and the share of right guesses.
   *
   * @param tower a graph with the output {@link Architecture#FEATURES}
   * @param classes how many there are
   */
  public static Graph write(Graph tower, int classes) {
    Value offered = Objects.requireNonNull(tower.outputs().get(Architecture.FEATURES));
    GraphBuilder g = new GraphBuilder("objective");
    Value features =
        g.input(Architecture.FEATURES, offered.type(), offered.shape().dims().toArray(Dim[]::new));
    Value column = g.input(LABELS, DataType.INT64, Dim.BATCH, Dim.of(1));
    Value labels = g.select(column, 1, Dim.of(0));
    Value head = g.parameter(HEAD, Initializer.ZEROS, classes, offered.shape().size(-1));
    Value scores = g.matMulTransposed(g.l2Normalize(features), head);
    Value likely = g.pick(g.logSoftmax(scores, 1), labels);
    Value loss = g.unary(g.reduce(likely, Reduction.MEAN, 0), UnaryFunction.NEGATE);
    Value right = g.compare(g.argMax(scores, 1), labels, Relation.EQUAL);
    g.output(TrainingPlan.LOSS, loss);
    g.output("accuracy", g.reduce(g.cast(right, DataType.FLOAT32), Reduction.MEAN, 0));
    return g.build();
  }
}
