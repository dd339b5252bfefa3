package org.openclip.train.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Embedding;
import ai.djl.training.GradientCollector;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.UpdateRule;

/**
 * The same training on libtorch, with its derivatives and its AdamW. As the reference, it computes
 * all rows of the last blocks.
 */
final class PyTorchStep implements Step {
  private final NDManager memory = Engine.getEngine("PyTorch").newBaseManager();
  private final Map<String, NDArray> parameters = new LinkedHashMap<>();
  private final Map<String, NDArray> first = new LinkedHashMap<>();
  private final Map<String, NDArray> second = new LinkedHashMap<>();
  private final Map<String, UpdateRule> rules;
  private final NDArray pixels;
  private final NDArray tokens;
  private final NDArray later;
  private final NDArray diagonal;
  private final int batch;
  private long step;

  PyTorchStep(Clip63 model, int batch) {
    this.batch = batch;
    this.rules = model.plan().rules();
    try (Weights weights = model.weights()) {
      for (String name : rules.keySet()) {
        Tensor weight = weights.get(name);
        Shape shape = new Shape(weight.shape());
        NDArray parameter = memory.create(weight.toFloats(), shape);
        parameter.setRequiresGradient(true);
        parameters.put(name, parameter);
        first.put(name, memory.zeros(shape));
        second.put(name, memory.zeros(shape));
      }
    }
    Map<String, Tensor> given = Clip63.batch(batch);
    Tensor images = Objects.requireNonNull(given.get(Architecture.PIXELS));
    Tensor texts = Objects.requireNonNull(given.get(Architecture.TOKENS));
    pixels = memory.create(images.toFloats(), new Shape(images.shape()));
    tokens = memory.create(texts.toLongs(), new Shape(texts.shape()));
    later = memory.create(mask(), new Shape(Clip63.CONTEXT, Clip63.CONTEXT));
    diagonal = memory.eye(batch);
  }

  /** Returns minus infinity where the column comes after the row, and zero elsewhere. */
  private static float[] mask() {
    float[] mask = new float[Clip63.CONTEXT * Clip63.CONTEXT];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % Clip63.CONTEXT > i / Clip63.CONTEXT ? Float.NEGATIVE_INFINITY : 0;
    }
    return mask;
  }

  private NDArray image() {
    PyTorchTower tower = new PyTorchTower(parameters, "visual.");
    NDArray patches =
        Conv2d.conv2d(
                pixels,
                tower.parameter("conv1.weight"),
                null,
                new Shape(Clip63.PATCH, Clip63.PATCH))
            .singletonOrThrow()
            .reshape(batch, Clip63.WIDTH, -1)
            .transpose(0, 2, 1);
    NDArray start =
        tower
            .parameter("class_embedding")
            .reshape(1, 1, Clip63.WIDTH)
            .broadcast(new Shape(batch, 1, Clip63.WIDTH));
    NDArray sequence = start.concat(patches, 1).add(tower.parameter("positional_embedding"));
    NDArray end = tower.blocks(tower.norm(sequence, "ln_pre"), null);
    return unit(tower.norm(end.get(":, 0"), "ln_post").matMul(tower.parameter("proj")));
  }

  private NDArray text() {
    PyTorchTower tower = new PyTorchTower(parameters, "");
    NDArray words =
        Embedding.embedding(tokens, tower.parameter("token_embedding.weight"), SparseFormat.DENSE)
            .singletonOrThrow();
    NDArray end = tower.blocks(words.add(tower.parameter("positional_embedding")), later);
    NDArray pooled = tower.norm(end, "ln_final").get(":, -1");
    return unit(pooled.matMul(tower.parameter("text_projection")));
  }

  private static NDArray unit(NDArray rows) {
    return rows.div(rows.square().sum(new int[] {-1}, true).sqrt());
  }

  private NDArray loss() {
    NDArray scale = Objects.requireNonNull(parameters.get("logit_scale")).exp();
    NDArray logits = image().matMul(text().transpose()).mul(scale);
    NDArray both = logits.logSoftmax(1).add(logits.logSoftmax(0)).mul(diagonal);
    return both.sum().mul(-0.5f / batch);
  }

  /** Derives the loss; the gradients stay with the parameters. */
  private double derive() {
    try (NDScope scope = new NDScope();
        GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray loss = loss();
      collector.backward(loss);
      double value = loss.getFloat();
      scope.suppressNotUsedWarning();
      return value;
    }
  }

  @Override
  public double run() {
    step++;
    double loss = derive();
    double root = Math.sqrt(1 - Math.pow(Clip63.OPTIMIZER.beta2(), (double) step));
    double rate = Clip63.RATE * root / (1 - Math.pow(Clip63.OPTIMIZER.beta1(), (double) step));
    double epsilon = Clip63.OPTIMIZER.epsilon() * root;
    parameters.forEach((name, parameter) -> update(name, parameter, (float) rate, (float) epsilon));
    return loss;
  }

  private void update(String name, NDArray parameter, float rate, float epsilon) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray gradient = parameter.getGradient();
      parameter
          .getNDArrayInternal()
          .adamUpdate(
              new NDList(
                  parameter,
                  gradient,
                  Objects.requireNonNull(first.get(name)),
                  Objects.requireNonNull(second.get(name))),
              new NDList(parameter),
              (float) Clip63.RATE,
              rate,
              (float) Objects.requireNonNull(rules.get(name)).weightDecay(),
              1,
              -1,
              (float) Clip63.OPTIMIZER.beta1(),
              (float) Clip63.OPTIMIZER.beta2(),
              epsilon,
              false,
              true);
    }
  }

  @Override
  public Map<String, Double> gradients() {
    derive();
    Map<String, Double> lengths = new TreeMap<>();
    parameters.forEach(
        (name, parameter) -> {
          try (NDArray gradient = parameter.getGradient()) {
            lengths.put(name, Lengths.of(gradient.toFloatArray()));
            // The update does so otherwise.
            gradient.subi(gradient);
          }
        });
    return lengths;
  }

  @Override
  public void close() {
    memory.close();
  }
}
