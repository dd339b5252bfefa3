/**
 * Defines decoded images and their preprocessing.
 *
 * <p>An {@link org.openclip.api.image.ImageDecoder} decodes a file to an {@link
 * org.openclip.api.image.Image}. An {@link org.openclip.api.image.ImagePreprocessor} resizes, crops
 * and normalises an image for an image tower, as {@link org.openclip.api.image.PreprocessConfig}
 * says. In training, an {@link org.openclip.api.image.ImageAugmenter} takes its place.
 *
 * <pre>{@code
 * Image image = Image.rgb(2, 1, new byte[] {0, 0, 0, 127, 127, 127});
 * PreprocessConfig config = model.preprocessor().config();
 * FloatBuffer pixels = FloatBuffer.allocate(3 * config.height() * config.width());
 * model.preprocessor().preprocess(image, pixels);
 * }</pre>
 */
@NullMarked
package org.openclip.api.image;

import org.jspecify.annotations.NullMarked;
