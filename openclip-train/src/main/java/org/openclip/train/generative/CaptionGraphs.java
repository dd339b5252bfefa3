package org.openclip.train.generative;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.train.plan.ScaledLoss;

/**
 * The graphs of a generative model in training.
 *
 * @param likelihoods from patches and tokens to how likely the tokens are
 * @param features from patches to features, which are not trained
 * @param objective from {@code likelihoods} and the tokens to what is minimised
 * @param loss the same without a factor
 */
public record CaptionGraphs(Graph likelihoods, Graph features, Graph objective, Graph loss) {
  /**
   * Writes the graphs.
   *
   * @param padId the id of padding
   * @param scaled whether the loss is multiplied by {@link ScaledLoss#FACTOR}
   */
  public static CaptionGraphs of(GenerativeArchitecture architecture, long padId, boolean scaled) {
    Graph likelihoods = architecture.likelihoodGraph(padId);
    CaptionLoss loss = new CaptionLoss(padId);
    Graph plain = objective(likelihoods, loss);
    return new CaptionGraphs(
        likelihoods,
        architecture.featureGraph(),
        scaled ? objective(likelihoods, new ScaledLoss(loss)) : plain,
        plain);
  }

  private static Graph objective(Graph likelihoods, LossProvider loss) {
    String name = GenerativeArchitecture.LOG_LIKELIHOODS;
    Value computed = Objects.requireNonNull(likelihoods.outputs().get(name));
    GraphBuilder g = new GraphBuilder("objective");
    loss.write(
            g,
            Map.of(
                name,
                g.input(name, computed.type(), computed.shape().dims().toArray(Dim[]::new)),
                LossProvider.TOKENS,
                g.input(Architecture.TOKENS, DataType.INT64, Dim.BATCH, Dim.LENGTH)),
            Map.of())
        .forEach(g::output);
    return g.build();
  }

  /** Returns the graphs that hold all parameters. */
  public List<Graph> towers() {
    return List.of(likelihoods, features);
  }

  /** Returns the parameters that the loss depends on, by name. */
  public Map<String, LeafOp.Parameter> trained() {
    Map<String, LeafOp.Parameter> trained = new LinkedHashMap<>();
    likelihoods.parameters().forEach(parameter -> trained.put(parameter.name(), parameter));
    return trained;
  }
}
