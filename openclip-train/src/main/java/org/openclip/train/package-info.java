/** Trains and evaluates CLIP models. */
@NullMarked
package org.openclip.train;

import org.jspecify.annotations.NullMarked;
