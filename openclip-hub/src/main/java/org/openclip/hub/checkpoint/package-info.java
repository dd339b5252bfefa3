/**
 * Reads and writes checkpoints, and checks whether they fit a model.
 *
 * <p>{@link org.openclip.hub.checkpoint.Checkpoints} opens a checkpoint of any format that a plugin
 * knows. {@link org.openclip.hub.checkpoint.SafetensorsWriter} writes safetensors.
 *
 * <pre>{@code
 * try (Weights weights = Checkpoints.open(Path.of("model.pt"), PluginRegistry.create())) {
 *   for (String name : weights.names()) {
 *     System.out.println(name + " " + weights.get(name));
 *   }
 *   SafetensorsWriter.write(Path.of("model.safetensors"), WeightSource.of(weights), Map.of());
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.hub.checkpoint;

import org.jspecify.annotations.NullMarked;
