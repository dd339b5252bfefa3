package org.openclip.models.loss;

import java.util.Map;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.LossProvider;

/**
 * The distillation loss (Hinton et al. 2015, arXiv 1503.02531): CLIP's loss, and the cross-entropy
 * between the student's and the teacher's similarities. The teacher's features have the prefix
 * {@link LossProvider#TEACHER}.
 */
public final class DistillationLossProvider implements LossProvider {
  /** Creates the provider. */
  public DistillationLossProvider() {}

  @Override
  public String name() {
    return "distill";
  }

  @Override
  public Map<String, Value> write(
      GraphBuilder graph, Map<String, Value> features, Map<String, Object> options) {
    new ConfigReader("loss", options).finish();
    Pairs student = Pairs.of(graph, features);
    Pairs teacher = student.teacher();
    Value contrastive = student.contrastive();
    Value sum =
        graph.plus(
            likeness(graph, teacher.perImage(), student.perImage()),
            likeness(graph, teacher.perText(), student.perText()));
    Value distillation = graph.times(sum, graph.constant(0.5));
    return Map.of(
        "contrastive_loss",
        contrastive,
        "distill_loss",
        distillation,
        LOSS,
        graph.plus(contrastive, distillation));
  }

  private static Value likeness(GraphBuilder g, Value teacher, Value student) {
    Value weighted = g.times(g.softmax(teacher, 1), g.logSoftmax(student, 1));
    Value perRow = g.reduce(weighted, Reduction.SUM, 1);
    return g.unary(g.reduce(perRow, Reduction.MEAN, 0), UnaryFunction.NEGATE);
  }
}
