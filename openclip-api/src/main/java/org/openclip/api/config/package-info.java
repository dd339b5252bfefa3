/**
 * Defines model configurations and pretrained tags.
 *
 * <p>{@link org.openclip.api.config.ModelConfig} is OpenCLIP's {@code model_cfg}, and {@link
 * org.openclip.api.config.PretrainedTag} describes published weights. {@link
 * org.openclip.api.config.ConfigReader} reads a JSON object key by key and rejects unknown keys, so
 * that a misspelt option is an error.
 *
 * <pre>{@code
 * ConfigReader reader = new ConfigReader("vision_cfg", config.vision());
 * int size = reader.integer("image_size", 224);
 * int width = reader.integer("width", 768);
 * reader.finish(); // rejects all other keys
 * }</pre>
 */
@NullMarked
package org.openclip.api.config;

import org.jspecify.annotations.NullMarked;
