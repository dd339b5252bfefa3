/**
 * Searching an index of images by vectors.
 *
 * <p>A {@link org.openclip.api.spi.PictureSearchProvider} opens the index, and a {@link
 * org.openclip.api.search.PictureSearch} finds the nearest images:
 *
 * <pre>{@code
 * PictureSearchProvider lucene =
 *     PluginRegistry.create().named(PictureSearchProvider.class, "lucene");
 * try (PictureSearch index = lucene.open(Path.of("photos.index"))) {
 *   List<PictureSearch.Found> found = index.search(model.embed("a cat"), 10, List.of("tag=pet"));
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.api.search;

import org.jspecify.annotations.NullMarked;
