/** Implements the image tower of Nomic Embed Vision. */
@NullMarked
package org.openclip.models.nomic;

import org.jspecify.annotations.NullMarked;
