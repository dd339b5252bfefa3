package org.openclip.train.plan;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Value;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.training.TrainingPlan;
import org.openclip.train.plan.TrainingGraphs.Objective;

/**
 * The graphs of a model of sound and text (CLAP) in training. The features of sounds have the place
 * of those of images, in the loss and among processes.
 *
 * @param architecture of the model
 */
public record SoundGraphs(ClapArchitecture architecture) {
  /**
   * Writes the graphs of a process that trains with others.
   *
   * @param loss the training objective
   * @param gathering how the loss sees the others' features
   * @param keyed whether the objective is fed {@link LossProvider#TEXT_KEYS}
   */
  public TrainingGraphs of(LossProvider loss, Gathering gathering, boolean keyed) {
    Graph sound = SoundTower.of(architecture.audioEncoder());
    Graph text =
        TrainingGraphs.text(
            architecture.textEncoder(), "text", architecture.textEncoder().variableLength(), false);
    Graph objective =
        new Objective(LogitScales.of(architecture), null, sound, text)
            .write(loss, Map.of(), 0, gathering, keyed);
    return new TrainingGraphs(sound, text, objective, null);
  }

  /**
   * Writes what a validation asks of the features of the towers: {@code contrastive_loss}, CLIP's
   * without a bias.
   *
   * @param losses where CLIP's loss is looked for
   */
  public Graph validation(TrainingGraphs graphs, PluginRegistry losses) {
    return new Objective(LogitScales.of(architecture), null, graphs.image(), graphs.text())
        .validation(losses.named(LossProvider.class, "clip"));
  }

  /**
   * Writes the objective for some rows at a time.
   *
   * @param loss the training objective, a mean over rows
   * @param gathering how the loss sees the others' features
   * @param count how many tiles
   * @throws InvalidInputException when the loss cannot be cut
   */
  public TrainingPlan.Tiling tiling(
      TrainingGraphs graphs, LossProvider loss, Gathering gathering, int count) {
    gathering.checkCuttable();
    return graphs.tiling(LogitScales.of(architecture), loss, 0, gathering, count);
  }

  /** Returns the names of the parameters of a graph that no output depends on. */
  public static Set<String> idle(Graph graph) {
    Set<Value> used = new HashSet<>(graph.outputs().values());
    for (Node node : graph.nodes().reversed()) {
      if (used.contains(node.value())) {
        used.addAll(node.op().inputs());
      }
    }
    Set<String> idle = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof LeafOp.Parameter parameter && !used.contains(node.value())) {
        idle.add(parameter.name());
      }
    }
    return idle;
  }
}
