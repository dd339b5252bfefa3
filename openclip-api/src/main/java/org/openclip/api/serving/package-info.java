/**
 * Models that many threads call at the same time.
 *
 * <p>A {@link org.openclip.api.serving.BatchingEmbedder} joins the single images and texts of many
 * threads into batches. A {@link org.openclip.api.serving.ModelOnDemand} loads a model when it is
 * used, and closes it after it was idle for some time.
 *
 * <pre>{@code
 * try (BatchingEmbedder embedder = BatchingEmbedder.create(model)) {
 *   float[] text = embedder.embed("a cat");
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.api.serving;

import org.jspecify.annotations.NullMarked;
