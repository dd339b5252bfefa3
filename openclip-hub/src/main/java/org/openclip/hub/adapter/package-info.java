/**
 * Reads and writes low-rank adapters (LoRA) of models, and merges them into the weights.
 *
 * <pre>{@code
 * PluginRegistry plugins = PluginRegistry.create();
 * Path file = Path.of("logs/mine/checkpoints/epoch_3/adapters.safetensors");
 * try (Adapters adapters = Adapters.open(file, plugins)) {
 *   OpenClip.model("ViT-B-32")
 *       .pretrained("laion2b_s34b_b79k")
 *       .withState(state -> adapters.merged(state.weights()).names());
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.hub.adapter;

import org.jspecify.annotations.NullMarked;
