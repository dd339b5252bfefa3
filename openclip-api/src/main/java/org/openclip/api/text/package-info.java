/**
 * Defines tokenizers and batches of token ids.
 *
 * <p>A {@link org.openclip.api.text.Tokenizer} converts texts to {@link
 * org.openclip.api.text.Tokens}: rows of the context length with start, end and padding. A plugin
 * adds a kind of tokenizer, and a model's {@code text_cfg} chooses it.
 *
 * <pre>{@code
 * Tokenizer tokenizer = model.tokenizer();
 * Tokens tokens = tokenizer.tokenize(List.of("a photo of a cat"));
 * Embeddings embeddings = model.encodeTokens(tokens);
 * String text = tokenizer.decode(tokenizer.encode("a photo of a cat"));
 * }</pre>
 */
@NullMarked
package org.openclip.api.text;

import org.jspecify.annotations.NullMarked;
