/** Describes searches: filters, requests and hits. */
@NullMarked
package org.openclip.search.query;

import org.jspecify.annotations.NullMarked;
