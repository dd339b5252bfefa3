/** Stores vectors and picture facts in Lucene segments. */
@NullMarked
package org.openclip.search.storage;

import org.jspecify.annotations.NullMarked;
