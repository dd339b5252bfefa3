package org.openclip.train.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.training.StepReport;

/**
 * A loss that is multiplied by a factor that comes with each batch, so that the gradients of
 * batches of different sizes have different weights. The factor changes the gradients only: the
 * loss itself is an output, too.
 *
 * @param loss the loss
 */
public record ScaledLoss(LossProvider loss) implements LossProvider {
  /** The name of the input with the factor, {@code float[1]}. */
  public static final String FACTOR = "loss_factor";

  /** The name of the output with the loss itself. */
  public static final String UNSCALED = "unscaled_loss";

  @Override
  public String name() {
    return loss.name();
  }

  @Override
  public Map<String, Value> write(
      GraphBuilder graph, Map<String, Value> features, Map<String, Object> options) {
    Map<String, Value> scalars = new LinkedHashMap<>(loss.write(graph, features, options));
    Value unscaled = Objects.requireNonNull(scalars.get(LOSS));
    Value factor = graph.input(FACTOR, DataType.FLOAT32, Dim.of(1));
    scalars.put(UNSCALED, unscaled);
    scalars.put(LOSS, graph.times(unscaled, graph.reshape(factor)));
    return scalars;
  }

  /** Returns the report of a step with the loss itself; the same where no loss was scaled. */
  public static StepReport unscaled(StepReport report) {
    return report.scalars().containsKey(UNSCALED)
        ? new StepReport(unscaled(report.scalars()), unscaled(report.own()), report.gradientNorm())
        : report;
  }

  private static Map<String, Double> unscaled(Map<String, Double> scalars) {
    Map<String, Double> some = new LinkedHashMap<>(scalars);
    some.put(LOSS, Objects.requireNonNull(some.remove(UNSCALED)));
    return some;
  }
}
