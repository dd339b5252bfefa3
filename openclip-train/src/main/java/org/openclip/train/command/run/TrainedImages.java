package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.command.data.Pictures;
import org.openclip.train.command.data.Preparations;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.plan.Gathering;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.ShortTexts;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.MeasuredModel;
import org.openclip.train.run.ModelInTraining;
import org.openclip.train.run.Teacher;

/**
 * A model of images and texts in a training.
 *
 * @param builder of the model
 * @param pictures what is done to images
 * @param shapes what is done with images of any shape; null when they are brought to one size
 * @param teacher builds the model to learn from; null without one
 * @param siglip whether the loss is SigLIP's
 */
public record TrainedImages(
    ModelBuilder builder,
    Pictures pictures,
    @Nullable NaFlexPlan shapes,
    @Nullable ModelBuilder teacher,
    boolean siglip)
    implements TrainedModel {
  private Architecture architecture() {
    return builder.architecture();
  }

  @Override
  public PluginRegistry plugins() {
    return builder.registry();
  }

  @Override
  public Map<String, Parameter> parameters() {
    return architecture().parameters();
  }

  @Override
  public Set<String> idle() {
    return Set.of();
  }

  @Override
  public Tokenizer tokenizer() {
    return builder.tokenizer();
  }

  @Override
  public Preparations preparations() {
    return pictures;
  }

  @Override
  public Locks locks(LockFlags flags) {
    return flags.locks(architecture());
  }

  @Override
  public TrainingGraphs graphs(ObjectiveFlags objective, int teacherWidth, Gathering gathering) {
    return objective.graphs(architecture(), plugins(), siglip, teacherWidth, gathering, shapes);
  }

  @Override
  public TrainingPlan.@Nullable Tiling tiling(
      ObjectiveFlags objective,
      TrainingGraphs graphs,
      int teacherWidth,
      Gathering gathering,
      long rows) {
    return objective.tiling(
        graphs, architecture(), plugins(), siglip, teacherWidth, gathering, rows);
  }

  @Override
  public Tensor shortened(Tensor tokens) {
    return ShortTexts.cut(architecture(), tokens);
  }

  @Override
  public Path fetch() {
    return builder.fetch();
  }

  @Override
  public Weights fitted(String checkpoint, Weights weights, String name) {
    return StateDict.load(checkpoint, weights, name, architecture());
  }

  @Override
  public void write(Path folder, WeightSource weights) {
    ModelFolder.write(folder, architecture().config(), pictures.config(), weights);
  }

  @Override
  public MeasuredModel measured(
      String name, TrainingGraphs graphs, Trainer trainer, int batchSize) {
    return new ModelInTraining(
        name,
        architecture(),
        graphs,
        trainer,
        tokenizer(),
        pictures.preprocessor(),
        pictures.unvaried(),
        plugins(),
        batchSize);
  }

  @Override
  public @Nullable Teacher teacher(ModelTrainer.Flags flags) {
    if (teacher == null) {
      return null;
    }
    Architecture student = architecture();
    if (flags.computing().accumulate > 1 || student.decoder().isPresent()) {
      throw new UsageException(
          "--distill-model supports neither --accum-freq nor caption models (CoCa)");
    }
    ClipModel loaded = flags.computing().apply(teacher).load();
    try {
      return new Teacher(loaded, student, tokenizer());
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }
}
