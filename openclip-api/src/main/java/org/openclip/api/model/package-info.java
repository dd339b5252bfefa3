/**
 * Defines loaded models and their results.
 *
 * <p>A {@link org.openclip.api.model.ClipModel} computes {@link org.openclip.api.model.Embeddings}
 * of images and texts. {@link org.openclip.api.model.ZeroShotClassifier} classifies images by the
 * names of classes. A {@link org.openclip.api.model.Captioner} writes captions, with CoCa models.
 * An {@link org.openclip.api.model.Architecture} describes a model without weights: its graphs and
 * the names of its parameters. {@code org.openclip.hub.OpenClip} loads models.
 *
 * <pre>{@code
 * try (ClipModel clip = OpenClip.load("ViT-B-32", "laion2b_s34b_b79k")) {
 *   Embeddings images = clip.encodeImages(List.of(Path.of("cat.png")));
 *   Embeddings texts = clip.encodeTexts(List.of("a diagram", "a dog", "a cat"));
 *   float[][] probabilities = clip.probabilities(images, texts); // [1][3]
 *   float[][] similarities = images.cosine(texts);
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.api.model;

import org.jspecify.annotations.NullMarked;
