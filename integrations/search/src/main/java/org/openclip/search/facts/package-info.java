/** Describes what an index stores: facts of its pictures and of the index itself. */
@NullMarked
package org.openclip.search.facts;

import org.jspecify.annotations.NullMarked;
