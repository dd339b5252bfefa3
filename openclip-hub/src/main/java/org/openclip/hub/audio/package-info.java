/**
 * Models of sound and text (CLAP).
 *
 * <p>{@code ClapModel.load} opens a model by its name and the tag of its weights, or a model
 * folder; its vectors of sounds and of texts can be compared.
 *
 * <pre>{@code
 * try (ClapModel model = ClapModel.load("CLAP-HTSAT-tiny-Roberta-base", "laion")) {
 *   Embeddings sounds = model.encodeFiles(List.of(Path.of("dog.wav")));
 *   Embeddings texts = model.encodeTexts(List.of("a dog barks", "rain"));
 *   float[][] logits = model.logits(sounds, texts);
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.hub.audio;

import org.jspecify.annotations.NullMarked;
