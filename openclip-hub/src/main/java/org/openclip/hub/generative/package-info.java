/**
 * Generative models of images or sounds and texts: GenLIP and GenLAP.
 *
 * <p>{@link org.openclip.hub.generative.GenerativeModel#builder} loads one. It writes captions,
 * says how likely a text is, and encodes images or sounds as vectors.
 *
 * <pre>{@code
 * try (GenerativeModel model = GenerativeModel.builder("local-dir:models/genlip").load()) {
 *   List<String> captions = model.captionImages(List.of(Path.of("cat.png")), CaptionOptions.DEFAULT);
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.hub.generative;

import org.jspecify.annotations.NullMarked;
