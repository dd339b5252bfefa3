package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.audio.ClapBuilder;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.command.data.Preparations;
import org.openclip.train.command.data.Sounds;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.plan.Gathering;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.ShortTexts;
import org.openclip.train.plan.SoundGraphs;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.MeasuredModel;
import org.openclip.train.run.Teacher;
import org.openclip.train.sound.SoundsInTraining;

/**
 * A model of sounds and texts in a training.
 *
 * @param builder of the model
 * @param architecture of the model
 * @param sounds what is done to sounds
 */
public record TrainedSounds(ClapBuilder builder, ClapArchitecture architecture, Sounds sounds)
    implements TrainedModel {
  @Override
  public PluginRegistry plugins() {
    return builder.registry();
  }

  @Override
  public Map<String, Parameter> parameters() {
    return architecture.parameters();
  }

  @Override
  public Set<String> idle() {
    Set<String> idle = new HashSet<>(SoundGraphs.idle(architecture.audioGraph()));
    idle.addAll(SoundGraphs.idle(architecture.textGraph()));
    return idle;
  }

  @Override
  public Tokenizer tokenizer() {
    return builder.tokenizer();
  }

  @Override
  public Preparations preparations() {
    return sounds;
  }

  @Override
  public Locks locks(LockFlags flags) {
    return flags.locks(architecture);
  }

  @Override
  public TrainingGraphs graphs(ObjectiveFlags objective, int teacherWidth, Gathering gathering) {
    return objective.graphs(new SoundGraphs(architecture), plugins(), gathering, sounds.plan());
  }

  @Override
  public TrainingPlan.@Nullable Tiling tiling(
      ObjectiveFlags objective,
      TrainingGraphs graphs,
      int teacherWidth,
      Gathering gathering,
      long rows) {
    return objective.tiling(graphs, new SoundGraphs(architecture), plugins(), gathering, rows);
  }

  @Override
  public Tensor shortened(Tensor tokens) {
    return ShortTexts.cut(architecture.textEncoder(), tokens);
  }

  @Override
  public Path fetch() {
    return builder.fetch();
  }

  @Override
  public Weights fitted(String checkpoint, Weights weights, String name) {
    return StateDict.load(checkpoint, weights, name, architecture.parameters(), architecture::fit);
  }

  @Override
  public void write(Path folder, WeightSource weights) {
    ModelFolder.write(folder, architecture.config(), weights, Map.of());
  }

  @Override
  public MeasuredModel measured(
      String name, TrainingGraphs graphs, Trainer trainer, int batchSize) {
    return new SoundsInTraining(architecture, graphs, trainer, tokenizer(), plugins(), batchSize);
  }

  @Override
  public @Nullable Teacher teacher(ModelTrainer.Flags flags) {
    return null;
  }
}
