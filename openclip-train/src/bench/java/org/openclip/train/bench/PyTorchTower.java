package org.openclip.train.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a transformer in libtorch's operations.
 *
 * @param parameters by name
 * @param prefix of the names, such as {@code visual.}
 */
record PyTorchTower(Map<String, NDArray> parameters, String prefix) {
  private static final float EPSILON = 1e-5f;

  NDArray parameter(String name) {
    return Objects.requireNonNull(parameters.get(prefix + name), name);
  }

  NDArray norm(NDArray input, String name) {
    return LayerNorm.layerNorm(
            input,
            new Shape(Clip63.WIDTH),
            parameter(name + ".weight"),
            parameter(name + ".bias"),
            EPSILON)
        .singletonOrThrow();
  }

  private NDArray linear(NDArray input, String weight, String bias) {
    return Linear.linear(input, parameter(weight), parameter(bias)).singletonOrThrow();
  }

  /**
   * Returns what all blocks make of a sequence.
   *
   * @param input {@code [batch, length, width]}
   * @param mask {@code [length, length]}, added to the scores; null for none
   */
  NDArray blocks(NDArray input, @Nullable NDArray mask) {
    NDArray x = input;
    for (int i = 0; i < Clip63.LAYERS; i++) {
      String block = "transformer.resblocks." + i + ".";
      x = x.add(attention(norm(x, block + "ln_1"), block + "attn.", mask));
      NDArray wide =
          linear(norm(x, block + "ln_2"), block + "mlp.c_fc.weight", block + "mlp.c_fc.bias");
      x =
          x.add(
              linear(
                  Activation.gelu(wide), block + "mlp.c_proj.weight", block + "mlp.c_proj.bias"));
    }
    return x;
  }

  private NDArray attention(NDArray input, String name, @Nullable NDArray mask) {
    long batch = input.getShape().get(0);
    long length = input.getShape().get(1);
    long head = Clip63.WIDTH / Clip63.HEADS;
    NDArray parts =
        linear(input, name + "in_proj_weight", name + "in_proj_bias")
            .reshape(batch, length, 3, Clip63.HEADS, head)
            .transpose(2, 0, 3, 1, 4);
    NDArray query = parts.get(0).mul((float) (1 / Math.sqrt((double) head)));
    NDArray scores = query.matMul(parts.get(1).transpose(0, 1, 3, 2));
    NDArray shares = (mask == null ? scores : scores.add(mask)).softmax(-1);
    NDArray mixed =
        shares.matMul(parts.get(2)).transpose(0, 2, 1, 3).reshape(batch, length, Clip63.WIDTH);
    return linear(mixed, name + "out_proj.weight", name + "out_proj.bias");
  }
}
