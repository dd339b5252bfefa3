/** Pictures that are found by vectors, however they are stored. */
@NullMarked
package org.openclip.api.search;

import org.jspecify.annotations.NullMarked;
