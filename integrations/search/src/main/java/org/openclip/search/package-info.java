/**
 * An index of pictures by their vectors: {@link org.openclip.search.PictureIndexWriter} fills it,
 * {@link org.openclip.search.PictureIndex} searches it. An index holds vectors of one model, which
 * its {@linkplain org.openclip.search.facts.IndexFacts#fingerprint fingerprint} tells.
 */
@NullMarked
package org.openclip.search;

import org.jspecify.annotations.NullMarked;
