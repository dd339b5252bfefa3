/** Decoded images and their way into a tower. */
@NullMarked
package org.openclip.api.image;

import org.jspecify.annotations.NullMarked;
