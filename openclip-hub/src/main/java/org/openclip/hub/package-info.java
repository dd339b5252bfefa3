/**
 * Loads models: this is the entry point of the library.
 *
 * <p>{@link org.openclip.hub.OpenClip} loads a model by name and pretrained tag, from the Hugging
 * Face hub, from a folder, from an S3 bucket or from a URL. {@link org.openclip.hub.ModelBuilder}
 * has all other settings: backend, device, precision, threads, batch size, image size, context
 * length and cache.
 *
 * <pre>{@code
 * try (ClipModel clip =
 *     OpenClip.model("ViT-B-32")
 *         .pretrained("laion2b_s34b_b79k")
 *         .backend("onnx")
 *         .threads(4)
 *         .load()) {
 *   ZeroShotClassifier classifier =
 *       ZeroShotClassifier.create(clip, List.of("cat", "dog"), List.of("a photo of a {}"));
 *   float[][] probabilities = classifier.classify(clip.encodeImages(List.of(Path.of("cat.png"))));
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.hub;

import org.jspecify.annotations.NullMarked;
