package org.openclip.train.command.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.train.command.data.Preparations;
import org.openclip.train.command.flag.LockFlags;
import org.openclip.train.plan.Gathering;
import org.openclip.train.plan.Locks;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.MeasuredModel;
import org.openclip.train.run.Teacher;

/** The model of a training: of images and texts, or of sounds and texts. */
public sealed interface TrainedModel permits TrainedImages, TrainedSounds {
  /** Returns the plugins that the model is made of. */
  PluginRegistry plugins();

  /** Returns the model's parameters, by name. */
  Map<String, Parameter> parameters();

  /** Returns the names of parameters that no feature depends on, and that are not trained. */
  Set<String> idle();

  /** Returns the tokenizer of captions. */
  Tokenizer tokenizer();

  /** Returns how stored samples become inputs of the model. */
  Preparations preparations();

  /** Returns what the flags lock. */
  Locks locks(LockFlags flags);

  /**
   * Returns the graphs of the towers and of the loss.
   *
   * @param teacherWidth of the features of the model that it learns from; 0 without one
   * @param gathering how the loss sees the features of other processes
   */
  TrainingGraphs graphs(ObjectiveFlags objective, int teacherWidth, Gathering gathering);

  /**
   * Returns how the loss is computed some rows at a time; null for all at once.
   *
   * @param graphs of the same model and loss
   * @param rows that this process has of a batch
   */
  TrainingPlan.@Nullable Tiling tiling(
      ObjectiveFlags objective,
      TrainingGraphs graphs,
      int teacherWidth,
      Gathering gathering,
      long rows);

  /** Cuts a batch of tokens to what the text tower is fed. */
  Tensor shortened(Tensor tokens);

  /** Returns the file of the weights that training starts from, fetched if need be. */
  Path fetch();

  /**
   * Returns a checkpoint's weights under the names and in the shapes of the parameters.
   *
   * @param checkpoint its name, for messages
   * @param name the model's, for messages
   */
  Weights fitted(String checkpoint, Weights weights, String name);

  /** Writes the model into a folder. */
  void write(Path folder, WeightSource weights);

  /**
   * Returns the model as a validation measures it between two steps.
   *
   * @param name the model's
   * @param batchSize how many samples or texts run at once
   */
  MeasuredModel measured(String name, TrainingGraphs graphs, Trainer trainer, int batchSize);

  /**
   * Returns the model to learn from; null without one.
   *
   * @param flags that name it
   */
  @Nullable Teacher teacher(ModelTrainer.Flags flags);
}
