/**
 * Defines tensors and the weights of a model.
 *
 * <p>A {@link org.openclip.api.tensor.Tensor} is an array of numbers in buffers, which may be
 * memory-mapped files. {@link org.openclip.api.tensor.Weights} are the named tensors of a
 * checkpoint, a state dict.
 *
 * <pre>{@code
 * Tensor bias = Tensor.of(new float[] {0.5f, -0.5f}, 2);
 * Tensor projection = weights.get("visual.proj");
 * System.out.println(projection + " and " + bias); // FLOAT32[768, 512] and FLOAT32[2]
 * Weights changed = weights.replacing("head.bias", bias);
 * }</pre>
 */
@NullMarked
package org.openclip.api.tensor;

import org.jspecify.annotations.NullMarked;
