package org.openclip.search.query;

import org.openclip.search.facts.IndexedPicture;

/**
 * A picture that was found.
 *
 * @param picture what the index knows of it
 * @param cosine its cosine with what was looked for, from -1 to 1, of whole vectors
 */
public record Hit(IndexedPicture picture, float cosine) {}
